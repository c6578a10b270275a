using Grpc.Core;
using NSubstitute;
using static Coordinator.Testing.Samples.SampleSessions;

namespace Coordinator.Dashboard.Tests.Shell;

/// <summary>A coordinator whose watch of sessions is there or not.</summary>
internal sealed class ScriptedWatch
{
    public ScriptedWatch()
    {
        CallInvoker invoker = Substitute.For<CallInvoker>();
        invoker.AsyncServerStreamingCall(
            Arg.Any<Method<Proto.WatchSessionsRequest, Proto.WatchSessionsResponse>>(), Arg.Any<string?>(), Arg.Any<CallOptions>(), Arg.Any<Proto.WatchSessionsRequest>())
            .Returns(_ => Open());
        Client = new Proto.SessionService.SessionServiceClient(invoker);
    }

    public Proto.SessionService.SessionServiceClient Client { get; }

    public bool IsThere { get; set; }

    /// <summary>How often somebody has tried to watch.</summary>
    public int Attempts { get; private set; }

    private AsyncServerStreamingCall<Proto.WatchSessionsResponse> Open()
    {
        Attempts++;
        IAsyncStreamReader<Proto.WatchSessionsResponse> reader = Substitute.For<IAsyncStreamReader<Proto.WatchSessionsResponse>>();
        reader.Current.Returns(Whole(1));
        // One message and then nothing more, or nobody at all.
        Task<bool> first = IsThere
            ? Task.FromResult(true)
            : Task.FromException<bool>(new RpcException(new Status(StatusCode.Unavailable, "Nobody is there.")));
        reader.MoveNext(Arg.Any<CancellationToken>())
            .Returns(_ => first, call => new TaskCompletionSource<bool>().Task.WaitAsync(call.Arg<CancellationToken>()));
        return new(reader, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }
}
