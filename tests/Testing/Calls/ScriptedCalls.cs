using Grpc.Core;

namespace Coordinator.Testing.Calls;

/// <summary>A coordinator that answers each kind of call as a test says, and remembers what it was asked.</summary>
public sealed class ScriptedCalls : CallInvoker
{
    private readonly Dictionary<Type, Func<object, object>> _answers = [];

    public List<object> Requests { get; } = [];

    /// <param name="answer">May throw an <see cref="RpcException"/>.</param>
    public void On<TRequest>(Func<TRequest, object> answer) => _answers[typeof(TRequest)] = request => answer((TRequest)request);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(AnswerAsync<TResponse>(request), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(new Unreachable<TResponse>(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private Task<TResponse> AnswerAsync<TResponse>(object request)
    {
        Requests.Add(request);
        try
        {
            return Task.FromResult((TResponse)_answers[request.GetType()](request));
        }
        catch (RpcException refused)
        {
            return Task.FromException<TResponse>(refused);
        }
    }

    /// <summary>Streams find nobody.</summary>
    private sealed class Unreachable<T> : IAsyncStreamReader<T>
    {
        public T Current => throw new InvalidOperationException();

        public Task<bool> MoveNext(CancellationToken cancellationToken) =>
            Task.FromException<bool>(new RpcException(new Status(StatusCode.Unavailable, "Nobody is there.")));
    }
}
