namespace Coordinator.Dashboard.Messages;

/// <summary>Something the page tells the person.</summary>
/// <param name="Key">What it is about; a later announcement about the same takes its place.</param>
/// <param name="Tone">How it is shown.</param>
/// <param name="Text">A sentence or two.</param>
/// <param name="Stays">Whether it waits to be dismissed or replaced instead of fading.</param>
internal sealed record Announcement(string Key, Tone Tone, string Text, bool Stays = false);
