namespace Coordinator.Client.Connection;

/// <summary>Whether what is shown is live.</summary>
public enum ConnectionPhase
{
    /// <summary>The first attempt is on its way; nothing was ever received.</summary>
    Connecting,

    /// <summary>Changes arrive as they happen.</summary>
    Live,

    /// <summary>The stream was lost a moment ago; the next attempt comes soon.</summary>
    Reconnecting,

    /// <summary>Several attempts in a row have failed; attempts go on.</summary>
    Offline,
}
