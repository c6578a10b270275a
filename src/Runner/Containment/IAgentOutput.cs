namespace Coordinator.AgentRunner.Containment;

/// <summary>Takes what an agent writes.</summary>
internal interface IAgentOutput
{
    /// <summary>Bytes of one stream, valid only during the call.</summary>
    void Write(Proto.OutputStream stream, ReadOnlySpan<byte> bytes);
}
