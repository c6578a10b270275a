using Coordinator.Model;
using Coordinator.Sessions;

namespace Coordinator.Grpc;

/// <summary>What a start and a resume must look like, whatever the state is.</summary>
internal static class StartChecks
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestQueue = TimeSpan.FromDays(7);
    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(365);

    /// <exception cref="CoordinatorException">A field is wrong; every one that is, is named.</exception>
    public static StartCommand Check(Proto.StartSessionRequest request)
    {
        RequestCheck check = new RequestCheck()
            .Line("session_name", request.SessionName, RequestCheck.MaxName)
            .Executor("executor", request.Executor)
            .Text("prompt", request.Prompt, RequestCheck.MaxPrompt, required: true)
            .Directory("project_dir", request.ProjectDir)
            .Line("agent_name", request.AgentName, RequestCheck.MaxName)
            .OptionalId("parent_session_id", request.ParentSessionId, Ids.Session)
            .Labels("labels", request.Labels, request.Labels.Count)
            .Duration("queue_timeout", request.QueueTimeout, Shortest, LongestQueue)
            .Duration("max_runtime", request.MaxRuntime, Shortest, LongestRun)
            .RequestId("request_id", request.RequestId);
        if (request.Demands is { } demands)
        {
            check.OptionalId("demands.runner_id", demands.RunnerId, Ids.Runner)
                .Line("demands.hostname", demands.Hostname, 255)
                .Lines("demands.tags", demands.Tags, RequestCheck.MaxLabels, RequestCheck.MaxLabel);
        }

        check.ThrowIfAny();
        return new StartCommand(
            request.SessionName, request.Executor, request.Prompt, request.ProjectDir, request.AgentName, request.ParentSessionId, DemandsOf(request.Demands))
        {
            Labels = new Dictionary<string, string>(request.Labels),
            QueueTimeout = request.QueueTimeout?.ToTimeSpan(),
            MaxRuntime = request.MaxRuntime?.ToTimeSpan(),
            Request = new RequestKey(request.RequestId, Fingerprint.Of(request)),
        };
    }

    /// <inheritdoc cref="Check(Proto.StartSessionRequest)"/>
    public static ResumeCommand Check(Proto.ResumeSessionRequest request)
    {
        new RequestCheck()
            .Id("session_id", request.SessionId, Ids.Session)
            .Text("prompt", request.Prompt, RequestCheck.MaxPrompt, required: true)
            .RequestId("request_id", request.RequestId)
            .ThrowIfAny();
        return new ResumeCommand(request.SessionId, request.Prompt, new RequestKey(request.RequestId, Fingerprint.Of(request)));
    }

    private static RunDemands DemandsOf(Proto.RunDemands? demands) =>
        demands is null ? RunDemands.None : new RunDemands(demands.RunnerId, demands.Hostname, [.. demands.Tags]);
}
