namespace Coordinator.Sessions;

internal static class SessionServiceCollectionExtensions
{
    public static IServiceCollection AddSessions(this IServiceCollection services) => services
        .AddSingleton<SessionFeed>()
        .AddSingleton<SessionEventSignals>()
        .AddSingleton<SessionStarts>()
        .AddSingleton<SessionQueries>()
        .AddSingleton<SessionDeletion>()
        .AddSingleton<SessionWatch>()
        .AddSingleton<SessionTimeline>()
        .AddSingleton<WatcherLimit>();
}
