using System.Threading.Channels;
using Coordinator.Connections;
using Coordinator.Mapping;
using Coordinator.Model;
using Coordinator.Reports;
using Coordinator.Runners;
using Coordinator.Stops;
using Grpc.Core;

namespace Coordinator.Grpc;

/// <summary>Serves the one connection of each runner: one loop reads, one writes, and they end together.</summary>
internal sealed partial class RunnerGrpcService(
    RunnerRegistration registration,
    RunReports reports,
    OutputIntake intake,
    RunnerFeed feed,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<RunnerGrpcService> logger) : Proto.RunnerService.RunnerServiceBase
{
    /// <summary>A peer that connects and says nothing is no runner.</summary>
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan GoodbyeTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Reports of one runner that wait for their commit; beyond that its connection is not read, which slows it down.</summary>
    private const int MaxUncommitted = 64;

    /// <summary>Whatever became of it; on the same context.</summary>
    private const ConfigureAwaitOptions Quietly = ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext;

    public override async Task Connect(
        IAsyncStreamReader<Proto.RunnerFrame> requestStream, IServerStreamWriter<Proto.CoordinatorFrame> responseStream, ServerCallContext context)
    {
        using RunnerStream stream = await OpenAsync(requestStream, responseStream, context.CancellationToken);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stream.Closed);
        // Only what makes no progress is cut: a write that is cancelled takes the whole call with it, and the goodbye.
        using CancellationTokenSource cut = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        Task writing = stream.WriteAsync((message, cancelled) => responseStream.WriteAsync(FrameMapping.ToFrame(message), cancelled), ending.Token, cut.Token);
        Task reading = ReadAsync(requestStream, stream, ending.Token);
        StreamEnd? end = null;
        try
        {
            await await Task.WhenAny(writing, reading);
        }
        catch (Exception broken) when (broken is OperationCanceledException or IOException or InvalidOperationException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // The connection broke or was closed; why is in the stream's end, if it was this side that closed it.
        }
        finally
        {
            end = stream.End;
            // Not asynchronously: that would go on elsewhere, and it only wakes the two loops.
            ending.Cancel();
            stream.Close(StreamEnd.Left(stream.RunnerId));
            using (CancellationTokenSource timeout = new(GoodbyeTimeout, time))
            using (timeout.Token.Register(cut.Cancel))
                await ((Task)Task.WhenAll(writing, reading)).ConfigureAwait(Quietly);
            await CloseAsync(stream);
        }

        context.CancellationToken.ThrowIfCancellationRequested();
        if (end is null)
            return;
        await SayGoodbyeAsync(responseStream, end);
        throw end.Error;
    }

    private async Task<Proto.RunnerHello> ReadHelloAsync(IAsyncStreamReader<Proto.RunnerFrame> requests, CancellationToken cancellationToken)
    {
        using CancellationTokenSource timeout = new(HelloTimeout, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            if (await requests.MoveNext(either.Token) && requests.Current.Hello is { } hello)
                return hello;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // Said below: no hello came.
        }

        new RequestCheck().Fail("hello", "must be the first frame").ThrowIfAny();
        return null!;
    }

    /// <summary>
    /// Registers the connection. If the disk is full that cannot be done, and the runner is to try again; but stops that were
    /// committed earlier are told all the same.
    /// </summary>
    private async Task<RunnerStream> OpenAsync(
        IAsyncStreamReader<Proto.RunnerFrame> requests, IServerStreamWriter<Proto.CoordinatorFrame> responses, CancellationToken cancellationToken)
    {
        Proto.RunnerHello hello = await ReadHelloAsync(requests, cancellationToken);
        RunnerProfile profile = HelloCheck.Profile(hello);
        HeldRun[] held = [.. hello.Runs.Select(ReportMapping.HeldOf)];
        try
        {
            RunnerStream stream = await registration.OpenAsync(profile, held);
            LogConnected(stream.RunnerId, profile.Name, stream.Epoch, held.Length);
            return stream;
        }
        catch (CoordinatorException cause) when (EmergencyStops.Concerns(cause))
        {
            foreach (RunnerCommand.StopRun stop in await registration.KnownStopsAsync(profile.RunnerId, held, cancellationToken))
                await responses.WriteAsync(FrameMapping.ToFrame(stop), cancellationToken);
            await SayGoodbyeAsync(responses, StreamEnd.NotStored(cause));
            throw;
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<Proto.RunnerFrame> requests, RunnerStream stream, CancellationToken cancellationToken)
    {
        // Most runners have nothing to report for most of the time, and do without.
        Channel<Task>? uncommitted = null;
        Task commits = Task.CompletedTask;
        bool hasAnswered = false;
        try
        {
            while (await requests.MoveNext(cancellationToken))
            {
                stream.Heard();
                if (!hasAnswered)
                {
                    hasAnswered = true;
                    await AddAsync(registration.ConfirmAsync(stream));
                }

                if (await TakeAsync(stream, requests.Current, cancellationToken) is { } commit)
                    await AddAsync(commit);
            }
        }
        finally
        {
            uncommitted?.Writer.Complete();
            await commits;
        }

        ValueTask AddAsync(Task commit)
        {
            if (commit.IsCompletedSuccessfully)
                return ValueTask.CompletedTask;
            if (uncommitted is null)
            {
                uncommitted = Channel.CreateBounded<Task>(MaxUncommitted);
                commits = AwaitCommitsAsync(uncommitted.Reader, stream);
            }

            return uncommitted.Writer.WriteAsync(commit, cancellationToken);
        }
    }

    /// <summary>Starts what a frame asks for, in the order of the frames, as soon as there is room for it.</summary>
    /// <returns>What is still to be waited for.</returns>
    private async ValueTask<Task?> TakeAsync(RunnerStream stream, Proto.RunnerFrame frame, CancellationToken cancellationToken)
    {
        switch (frame.FrameCase)
        {
            case Proto.RunnerFrame.FrameOneofCase.Heartbeat:
                stream.Send(new HeartbeatEcho(new Proto.CoordinatorHeartbeat { RunnerTime = frame.Heartbeat.Time, Time = time.GetUtcNow().ToProto() }));
                feed.Publish([stream.RunnerId]);
                return frame.Heartbeat.Leaving && stream.TryLeave() ? registration.LeaveAsync(stream) : null;
            case Proto.RunnerFrame.FrameOneofCase.CommandReceived:
                return reports.ReceivedAsync(stream, ReportMapping.ReceiptOf(frame.CommandReceived));
            case Proto.RunnerFrame.FrameOneofCase.ExecutorsChanged:
                return registration.ChangeExecutorsAsync(stream, ExecutorCheck.Read(frame.ExecutorsChanged));
            case Proto.RunnerFrame.FrameOneofCase.RunEvents:
                Proto.ReportHeader header = HelloCheck.HeaderOf(frame);
                int bytes = frame.RunEvents.CalculateSize();
                await intake.EnterAsync(bytes, cancellationToken);
                return OutputAsync(stream, header, frame, bytes);
            default:
                return ReportAsync(stream, HelloCheck.HeaderOf(frame), frame);
        }
    }

    private async Task OutputAsync(RunnerStream stream, Proto.ReportHeader header, Proto.RunnerFrame frame, int bytes)
    {
        try
        {
            await ReportAsync(stream, header, frame);
        }
        finally
        {
            intake.Leave(bytes);
        }
    }

    private async Task ReportAsync(RunnerStream stream, Proto.ReportHeader header, Proto.RunnerFrame frame)
    {
        RunReport report = ReportMapping.ToReport(frame, header);
        await reports.ApplyAsync(stream, report);
        if (stream.Unstored is null)
            stream.Acknowledge(report.Claim, report.Sequence);
    }

    /// <summary>
    /// Waits for the commits one after another. One that fails ends the connection: the runner then repeats the report. If
    /// the disk is full it would fail again, so the connection ends only when there is room: see <see cref="StorageRecovery"/>.
    /// </summary>
    private async Task AwaitCommitsAsync(ChannelReader<Task> uncommitted, RunnerStream stream)
    {
        while (await uncommitted.WaitToReadAsync(CancellationToken.None))
        {
            while (uncommitted.TryRead(out Task? commit))
                await AwaitCommitAsync(commit, stream);
        }
    }

    private async Task AwaitCommitAsync(Task commit, RunnerStream stream)
    {
        try
        {
            await commit;
        }
        catch (CoordinatorException exception) when (exception.Reason == Reasons.StorageFull)
        {
            // Not acknowledged, and so told again.
        }
        catch (CoordinatorException exception)
        {
            stream.Close(StreamEnd.NotStored(exception));
        }
        catch (Exception exception)
        {
            LogReportFailed(exception, stream.RunnerId);
            stream.Close(StreamEnd.NotStored(CoordinatorException.Unexpected(exception)));
        }
    }

    /// <summary>Tells the runner why, if it still listens: the status alone may be lost together with the connection.</summary>
    private async Task SayGoodbyeAsync(IServerStreamWriter<Proto.CoordinatorFrame> responses, StreamEnd end)
    {
        using CancellationTokenSource timeout = new(GoodbyeTimeout, time);
        await responses.WriteAsync(FrameMapping.ToFrame(end), timeout.Token).ConfigureAwait(Quietly);
    }

    private async Task CloseAsync(RunnerStream stream)
    {
        // All connections end with the coordinator; its next start notes that at once.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        try
        {
            await registration.CloseAsync(stream);
            LogDisconnected(stream.RunnerId, stream.Epoch);
        }
        catch (CoordinatorException exception)
        {
            // Shutting down, or nothing can be written: the next start, or the next hello, puts it right.
            LogDisconnectNotStored(stream.RunnerId, exception.Message);
        }
    }

    [LoggerMessage(2001, LogLevel.Information, "Runner {RunnerId} ({Name}) connected with epoch {Epoch}, holding {Runs} runs")]
    private partial void LogConnected(string runnerId, string name, long epoch, int runs);

    [LoggerMessage(2002, LogLevel.Information, "Runner {RunnerId} disconnected (epoch {Epoch})")]
    private partial void LogDisconnected(string runnerId, long epoch);

    [LoggerMessage(2003, LogLevel.Information, "The disconnection of runner {RunnerId} could not be stored: {Problem}")]
    private partial void LogDisconnectNotStored(string runnerId, string problem);

    [LoggerMessage(2004, LogLevel.Error, "A report of runner {RunnerId} could not be applied; its connection is ended")]
    private partial void LogReportFailed(Exception exception, string runnerId);
}
