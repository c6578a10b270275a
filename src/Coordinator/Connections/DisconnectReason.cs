namespace Coordinator.Connections;

/// <summary>Why a connection was ended, as its runner is told.</summary>
internal enum DisconnectReason
{
    /// <summary>The runner's side ended it.</summary>
    None,

    /// <summary>The runner connected again.</summary>
    Superseded,

    HeartbeatTimeout,

    /// <summary>It does not read what it is sent.</summary>
    SlowRunner,

    /// <summary>Something that it reported could not be stored; it is to connect again and repeat it.</summary>
    NotStored,
}
