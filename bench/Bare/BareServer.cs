using System.Net;
using System.Threading.Channels;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Coordinator.Bench.Bare;

/// <summary>The control planes that Coordinator is compared with, in one program: each as bare as it can be.</summary>
internal sealed class BareServer(OrderLog log)
{
    /// <summary>How long a runner that asks is kept waiting.</summary>
    private static readonly TimeSpan PollTimeout = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(500);

    private readonly Channel<Order> _polled = Channel.CreateUnbounded<Order>();

    /// <summary>Serves until its standard input ends.</summary>
    public static async Task RunAsync(string kind, string directory)
    {
        using OrderLog log = new(Path.Combine(directory, "orders.db"));
        BareServer server = new(log);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        HttpProtocols protocol = kind == BareKind.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocol));
        builder.Services.AddGrpc();
        builder.Services.AddSignalR();
        builder.Services.AddSingleton(log);
        await using WebApplication app = builder.Build();
        app.MapGrpcService<Pushing>();
        app.MapHub<Hub>("/hub");
        app.MapPost("/orders", server.TakeAsync);
        app.MapGet("/orders", http => server.PollAsync(http, kind == BareKind.TickedPoll));
        await app.StartAsync();
        Console.WriteLine($"Address {app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()}");
        await Console.In.ReadToEndAsync();
    }

    private async Task TakeAsync(HttpContext http)
    {
        Order order = (await http.Request.ReadFromJsonAsync<Order>())!;
        log.Store(order);
        _polled.Writer.TryWrite(order);
    }

    private async Task PollAsync(HttpContext http, bool isTicked)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        end.CancelAfter(PollTimeout);
        List<Order> orders = [];
        try
        {
            while (isTicked && !_polled.Reader.TryPeek(out _))
                await Task.Delay(Tick, TimeProvider.System, end.Token);
            await _polled.Reader.WaitToReadAsync(end.Token);
            while (_polled.Reader.TryRead(out Order? order))
                orders.Add(order);
        }
        catch (OperationCanceledException)
        {
            // Nothing came; it asks again.
        }

        await http.Response.WriteAsJsonAsync(orders);
    }

    private sealed class Hub : Microsoft.AspNetCore.SignalR.Hub
    {
        public Task Send(Order order) => Clients.Others.SendAsync("order", order);
    }

    /// <summary>Runners attach; an order goes to the one that did last, which is the only one where there are orders.</summary>
    private sealed class Pushing(OrderLog log) : BareService.BareServiceBase
    {
        private static IServerStreamWriter<BareOrder>? s_newest;

        public override async Task Attach(IAsyncStreamReader<BareReport> requestStream, IServerStreamWriter<BareOrder> responseStream, ServerCallContext context)
        {
            s_newest = responseStream;
            await responseStream.WriteAsync(new BareOrder());
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                if (requestStream.Current.WantsAnswer)
                    await responseStream.WriteAsync(new BareOrder());
            }
        }

        public override async Task<BareReceipt> Send(BareOrder request, ServerCallContext context)
        {
            log.Store(new Order(request.Id, request.Command));
            await s_newest!.WriteAsync(request);
            return new BareReceipt();
        }
    }
}
