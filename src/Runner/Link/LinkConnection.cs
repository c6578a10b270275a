using System.Threading.Channels;
using Coordinator.AgentRunner.Primitives;
using Grpc.Core;

namespace Coordinator.AgentRunner.Link;

/// <summary>
/// One connection on its wire, from hello to its end, whatever that is. When <see cref="RunAsync"/> has returned, no
/// frame of it is acted upon any more.
/// </summary>
internal sealed class LinkConnection(
    IDialer dialer, RunnerClock clock, LinkSession session, ChannelReader<bool> wakeUps)
{
    internal static readonly TimeSpan WelcomeTimeout = TimeSpan.FromSeconds(10);
    private const int MissedHeartbeats = 3;

    /// <summary>How long a connection that this side ends may take to end in good order.</summary>
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Returns when the coordinator or <paramref name="stopping"/> ended the connection; throws when it broke.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using CancellationTokenSource over = new();
        using DialedCall call = dialer.Dial(over.Token);
        Task reading = ReadAsync(call.Responses, over.Token);
        Task writing = WriteAsync(call.Requests, over.Token, stopping);
        Task watching = WatchAsync(over.Token);
        try
        {
            Task first = await Task.WhenAny(reading, writing, watching);
            if (first == writing && writing.IsCompletedSuccessfully)
                await Task.WhenAny(reading, Task.Delay(FarewellTimeout, clock.Time, CancellationToken.None));
            else
                await first;
        }
        finally
        {
            over.Cancel();
            await Task.WhenAll(reading, writing, watching).ConfigureAwait(
                ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            session.End();
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Proto.CoordinatorFrame> frames, CancellationToken over)
    {
        // Once it is over, not even a frame that is there already is looked at.
        while (session.Disconnect is null && await frames.MoveNext(over) && !over.IsCancellationRequested)
            session.Receive(frames.Current);
    }

    private async Task WriteAsync(
        IClientStreamWriter<Proto.RunnerFrame> frames, CancellationToken over, CancellationToken stopping)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(over, stopping);
        try
        {
            await frames.WriteAsync(session.Begin(), over);
            while (await wakeUps.WaitToReadAsync(either.Token))
            {
                wakeUps.TryRead(out _);
                while (!stopping.IsCancellationRequested && session.TryTake(out Proto.RunnerFrame? frame))
                    await frames.WriteAsync(frame, over);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !over.IsCancellationRequested)
        {
            // Said below.
        }

        await frames.CompleteAsync();
    }

    /// <summary>
    /// Sends heartbeats, and ends a connection on which nothing comes back: pings only prove that the other machine's
    /// network is alive, and a write that hangs shows here too, because no heartbeat is answered then.
    /// </summary>
    private async Task WatchAsync(CancellationToken over)
    {
        await session.Welcomed.InContext().WaitAsync(WelcomeTimeout, clock.Time, over);
        DateTimeOffset nextBeat = clock.Now + session.HeartbeatInterval;
        while (true)
        {
            DateTimeOffset deadAt = session.LastHeard + (session.HeartbeatInterval * MissedHeartbeats);
            DateTimeOffset now = clock.Now;
            if (now >= deadAt)
                throw new TimeoutException($"nothing was heard of it for {MissedHeartbeats} heartbeat intervals");
            if (now >= nextBeat)
            {
                session.Beat();
                nextBeat = now + session.HeartbeatInterval;
            }

            DateTimeOffset next = nextBeat < deadAt ? nextBeat : deadAt;
            await clock.DelayAsync(next - now, over);
        }
    }
}
