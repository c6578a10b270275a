using System.Net.Http.Json;
using System.Threading.Channels;
using Grpc.Net.Client;
using Microsoft.AspNetCore.SignalR.Client;

namespace Coordinator.Bench.Bare;

/// <summary>Does what it is told with <c>posix_spawn</c> and <c>kill</c>, and knows nothing else.</summary>
internal static class BareRunner
{
    /// <summary>Runs until its standard input ends.</summary>
    public static async Task RunAsync(string kind, Uri server)
    {
        using BareAgents agents = new();
        // The console's reader only says that it is asynchronous.
        Task end = Task.Run(Console.In.ReadToEnd);
        Task work = kind switch
        {
            BareKind.Grpc => StreamAsync(server, agents),
            BareKind.SignalR => HubAsync(server, agents),
            _ => PollAsync(server, agents),
        };
        await await Task.WhenAny(end, work);
    }

    private static async Task StreamAsync(Uri server, BareAgents agents)
    {
        using GrpcChannel channel = GrpcChannel.ForAddress(server);
        using var call = new BareService.BareServiceClient(channel).Attach();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            BareOrder order = call.ResponseStream.Current;
            if (order.Id.Length == 0)
                SayReady();
            else
                agents.Do(new Order(order.Id, order.Command));
        }
    }

    private static async Task HubAsync(Uri server, BareAgents agents)
    {
        await using HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(server, "/hub")).Build();
        Channel<Order> orders = Channel.CreateUnbounded<Order>();
        hub.On<Order>("order", order => orders.Writer.TryWrite(order));
        await hub.StartAsync();
        SayReady();
        await foreach (Order order in orders.Reader.ReadAllAsync())
            agents.Do(order);
    }

    private static async Task PollAsync(Uri server, BareAgents agents)
    {
        using HttpClient http = new() { BaseAddress = server, Timeout = Timeout.InfiniteTimeSpan };
        SayReady();
        while (true)
        {
            foreach (Order order in await http.GetFromJsonAsync<Order[]>("/orders") ?? [])
                agents.Do(order);
        }
    }

    private static void SayReady() => Console.WriteLine("Ready");
}
