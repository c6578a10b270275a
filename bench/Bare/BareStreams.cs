using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;

namespace Coordinator.Bench.Bare;

/// <summary>Streams to a bare server, each over a connection of its own, as runners have them.</summary>
internal sealed class BareStreams(Uri address) : IAsyncDisposable
{
    /// <summary>Opened at the same time, as many as of played runners.</summary>
    private const int AtOnce = 32;

    private readonly ConcurrentBag<GrpcChannel> _channels = [];
    private readonly ConcurrentBag<Task> _beating = [];
    private readonly CancellationTokenSource _over = new();

    /// <param name="streams">How many more.</param>
    /// <param name="beat">How often each asks for a sign of life and gets it; null for never.</param>
    public Task OpenAsync(int streams, TimeSpan? beat = null) =>
        Parallel.ForAsync(0, streams, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, cancellationToken) =>
        {
            GrpcChannel channel = GrpcChannel.ForAddress(address);
            _channels.Add(channel);
            AsyncDuplexStreamingCall<BareReport, BareOrder> call = new BareService.BareServiceClient(channel).Attach(cancellationToken: _over.Token);
            await call.RequestStream.WriteAsync(new BareReport(), cancellationToken);
            await call.ResponseStream.MoveNext(cancellationToken);
            if (beat is { } interval)
                _beating.Add(BeatAsync(call, interval));
        });

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Task.WhenAll(_beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (GrpcChannel channel in _channels)
            channel.Dispose();
        _over.Dispose();
    }

    private async Task BeatAsync(AsyncDuplexStreamingCall<BareReport, BareOrder> call, TimeSpan interval)
    {
        while (true)
        {
            await Task.Delay(interval, TimeProvider.System, _over.Token);
            await call.RequestStream.WriteAsync(new BareReport { WantsAnswer = true }, _over.Token);
            await call.ResponseStream.MoveNext(_over.Token);
        }
    }
}
