using Xunit;

namespace Coordinator.Testing.Waiting;

/// <summary>
/// Lets one test module run at a time on a machine, whatever starts them: <c>dotnet test</c> starts as many side by side as there
/// are processors, and each of these modules can use all of them. A fixture of every test assembly; it is taken before the first
/// test and given back with the process, however that ends.
/// </summary>
public sealed class ModuleTurn : IAsyncLifetime
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private FileStream? _lock;

    /// <summary>The system releases the lock of a process that is gone; other users' runs do not wait for each other.</summary>
    private static string LockFile => Path.Combine(Path.GetTempPath(), $"coordinator-tests-{Environment.UserName}.lock");

    public async ValueTask InitializeAsync()
    {
        while (!TryTake())
            await Task.Delay(Interval, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => _lock?.DisposeAsync() ?? ValueTask.CompletedTask;

    private bool TryTake()
    {
        try
        {
            _lock = new FileStream(LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
