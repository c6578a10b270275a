namespace Coordinator.Testing.Deployments;

/// <summary>
/// One deployment for each containment, for tests that leave it as they found it: starting one takes longer than most of them. A
/// fixture of a test class.
/// </summary>
public sealed class SharedDeployments : IAsyncDisposable
{
    private readonly Dictionary<string, Deployment> _deployments = [];

    /// <summary>The one with this containment. Skips the test where the machine cannot do it.</summary>
    public async Task<Deployment> GetAsync(string containment)
    {
        if (!_deployments.TryGetValue(containment, out Deployment? deployment))
            _deployments.Add(containment, deployment = await Deployment.CreateAsync(containment));
        return deployment;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Deployment deployment in _deployments.Values)
            await deployment.DisposeAsync();
    }
}
