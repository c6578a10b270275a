namespace Coordinator.AgentRunner.RunFiles;

/// <summary>The files that keep everything an agent writes, as far as they hold.</summary>
internal sealed class OutputLogs(RawLog standardOutput, RawLog standardError) : IDisposable
{
    public RawLog Of(Proto.OutputStream stream) =>
        stream == Proto.OutputStream.Stderr ? standardError : standardOutput;

    public void Dispose()
    {
        standardOutput.Dispose();
        standardError.Dispose();
    }
}
