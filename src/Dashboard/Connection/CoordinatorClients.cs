using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace Coordinator.Dashboard.Connection;

/// <summary>The coordinator's API, called at the address the page came from.</summary>
internal static class CoordinatorClients
{
    /// <summary>A page of the API with room: the default of 4 MiB is for callers that know nothing of what they ask.</summary>
    private const int MaxMessage = 16 * 1024 * 1024;

    public static IServiceCollection AddCoordinatorClients(this IServiceCollection services, string address)
    {
        services.AddSingleton<CallInvoker>(_ => GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            // Binary, also for streams: the browser's fetch streams bytes, and text would be a third larger.
            HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new BufferedResponseHandler(new HttpClientHandler())),
            MaxReceiveMessageSize = MaxMessage,
        }).CreateCallInvoker());
        services.AddSingleton(provider => new Proto.SessionService.SessionServiceClient(provider.GetRequiredService<CallInvoker>()));
        services.AddSingleton(provider => new Proto.RunService.RunServiceClient(provider.GetRequiredService<CallInvoker>()));
        services.AddSingleton(provider => new Proto.FleetService.FleetServiceClient(provider.GetRequiredService<CallInvoker>()));
        return services;
    }
}
