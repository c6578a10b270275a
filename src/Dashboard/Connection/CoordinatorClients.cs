using Coordinator.Client.Connection;
using Grpc.Core;
using Grpc.Net.Client.Web;

namespace Coordinator.Dashboard.Connection;

/// <summary>The coordinator's API, called at the address the page came from.</summary>
internal static class CoordinatorClients
{
    public static IServiceCollection AddCoordinatorClients(this IServiceCollection services, string address)
    {
        // Binary, also for streams: the browser's fetch streams bytes, and text would be a third larger.
        services.AddSingleton<CallInvoker>(_ => CoordinatorChannel.Open(
            address, new GrpcWebHandler(GrpcWebMode.GrpcWeb, new BufferedResponseHandler(new HttpClientHandler()))).CreateCallInvoker());
        services.AddSingleton(provider => new Proto.SessionService.SessionServiceClient(provider.GetRequiredService<CallInvoker>()));
        services.AddSingleton(provider => new Proto.RunService.RunServiceClient(provider.GetRequiredService<CallInvoker>()));
        services.AddSingleton(provider => new Proto.FleetService.FleetServiceClient(provider.GetRequiredService<CallInvoker>()));
        return services;
    }
}
