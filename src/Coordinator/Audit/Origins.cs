using Coordinator.Security;
using Grpc.Core;

namespace Coordinator.Audit;

/// <summary>Makes the origin of an operation, with an id of its own.</summary>
internal sealed class Origins(Ids ids)
{
    public Origin Of(ServerCallContext call) => new(ids.New(Ids.Operation), Caller.Of(call), Caller.PeerOf(call));

    /// <summary>What the coordinator does because it is due; for somebody, if somebody asked for it in advance.</summary>
    public Origin Coordinator(string requestedBy = "coordinator") => new(ids.New(Ids.Operation), requestedBy, "");

    public Origin Runner(string runnerId) => new(ids.New(Ids.Operation), $"runner {runnerId}", "");
}
