using Coordinator.Client.Events;
using Coordinator.Client.Sessions;
using Coordinator.Client.Stops;
using Coordinator.Dashboard.Interop;
using Coordinator.Dashboard.Messages;
using Coordinator.Dashboard.Stops;

namespace Coordinator.Dashboard;

/// <summary>What the pages are made of, in the browser and while the coordinator renders them.</summary>
internal static class DashboardServices
{
    /// <summary>
    /// One of each per tab: in the browser a scope lives as long as the page, on the server as long as one rendering.
    /// </summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddScoped<SessionsStore>()
        .AddScoped<Announcements>()
        .AddScoped<StopOutcomes>()
        .AddScoped<StopCalls>()
        .AddScoped<ChosenStops>()
        .AddScoped<StopPrompt>()
        .AddScoped<IEventSource, GrpcEventSource>()
        .AddScoped<Browser>()
        .AddScoped<PageEvents>();
}
