using System.Net.Http.Json;
using Coordinator.Bench.Bare;
using Coordinator.Testing;
using Grpc.Net.Client;
using Microsoft.AspNetCore.SignalR.Client;

namespace Coordinator.Bench.Systems;

/// <summary>A bare server and a bare runner as processes, as Coordinator has them, and a client's connection.</summary>
internal sealed class BareSystem : IAgentSystem
{
    private readonly TestFiles _files;
    private readonly BareProgram _server;
    private readonly BareProgram _runner;
    private readonly Func<Order, Task> _send;
    private readonly IAsyncDisposable _client;

    private BareSystem(string name, TestFiles files, BareProgram server, BareProgram runner, (Func<Order, Task> Send, IAsyncDisposable Client) connection)
    {
        (Name, _files, _server, _runner) = (name, files, server, runner);
        (_send, _client) = connection;
    }

    public string Name { get; }

    public static async Task<BareSystem> LaunchAsync(string kind, string name)
    {
        TestFiles files = new();
        var (server, address) = await BareProgram.StartServerAsync(kind, files.CreateDirectory("server"));
        BareProgram runner = await BareProgram.StartRunnerAsync(kind, files.CreateDirectory("runner"), address);
        return new BareSystem(name, files, server, runner, await ConnectAsync(kind, address));
    }

    public Task StartAsync(string id, string command) => _send(new Order(id, command));

    public Task StopAsync(string id) => _send(new Order(id, ""));

    public Task EndedAsync(string id) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _runner.DisposeAsync();
        await _server.DisposeAsync();
        _files.Dispose();
    }

    private static async Task<(Func<Order, Task> Send, IAsyncDisposable Client)> ConnectAsync(string kind, Uri address)
    {
        switch (kind)
        {
            case BareKind.Grpc:
                GrpcChannel channel = GrpcChannel.ForAddress(address);
                BareService.BareServiceClient grpc = new(channel);
                return (async order => await grpc.SendAsync(new BareOrder { Id = order.Id, Command = order.Command }), new Disposing(channel));
            case BareKind.SignalR:
                HubConnection hub = new HubConnectionBuilder().WithUrl(new Uri(address, "/hub")).Build();
                await hub.StartAsync();
                return (order => hub.InvokeAsync("Send", order), hub);
            default:
                HttpClient http = new() { BaseAddress = address };
                return (async order => (await http.PostAsJsonAsync("/orders", order)).EnsureSuccessStatusCode(), new Disposing(http));
        }
    }

    private sealed class Disposing(IDisposable inner) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            inner.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
