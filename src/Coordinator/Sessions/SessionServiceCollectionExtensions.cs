namespace Coordinator.Sessions;

internal static class SessionServiceCollectionExtensions
{
    public static IServiceCollection AddSessions(this IServiceCollection services) => services
        .AddSingleton<SessionFeed>()
        .AddSingleton<SessionEventSignals>()
        .AddSingleton<SessionStarts>()
        .AddSingleton<SessionQueries>()
        .AddSingleton<SessionDeletion>()
        .AddSingleton<SessionSnapshots>()
        .AddSingleton<SessionWatch>()
        .AddSingleton<EventReader>()
        .AddSingleton<EventQueries>()
        .AddSingleton<SessionTimeline>()
        .AddSingleton<WatcherLimit>();
}
