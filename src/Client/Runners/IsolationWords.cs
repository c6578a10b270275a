namespace Coordinator.Client.Runners;

/// <summary>What keeps agents apart, in words.</summary>
public static class IsolationWords
{
    /// <summary>For a runner: what its agents run as; empty if it did not say.</summary>
    public static string Of(Proto.Isolation isolation) => isolation switch
    {
        Proto.Isolation.None => "the runner's own user",
        Proto.Isolation.User => "users of their own",
        _ => "",
    };

    /// <summary>For a proof: how far it reaches; empty if the runner did not say.</summary>
    public static string Reach(Proto.Isolation isolation) => isolation switch
    {
        Proto.Isolation.None => "The agent ran as its runner's own user: one that hides on purpose may not be held by this.",
        Proto.Isolation.User => "The agent had a user for itself, and nothing of that user is alive.",
        _ => "",
    };
}
