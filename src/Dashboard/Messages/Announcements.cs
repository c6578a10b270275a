using System.Collections.Immutable;

namespace Coordinator.Dashboard.Messages;

/// <summary>What the page has told the person lately. Shown as toasts and read out by screen readers.</summary>
internal sealed class Announcements(TimeProvider time)
{
    private const int MaxShown = 5;
    private static readonly TimeSpan Shown = TimeSpan.FromSeconds(10);

    public event Action? Changed;

    public ImmutableList<Announcement> Current { get; private set; } = [];

    public void Say(string key, Tone tone, string text, bool stays = false)
    {
        Announcement announcement = new(key, tone, text, stays || tone == Tone.Error);
        int old = Current.FindIndex(a => a.Key == key);
        Current = old >= 0 ? Current.SetItem(old, announcement) : Current.Add(announcement);
        while (Current.Count > MaxShown && Current.Find(a => !a.Stays) is { } oldest)
            Current = Current.Remove(oldest);
        Changed?.Invoke();
        if (!announcement.Stays)
            _ = FadeAsync(announcement);
    }

    public void Dismiss(Announcement announcement)
    {
        ImmutableList<Announcement> rest = Current.Remove(announcement);
        if (rest.Count == Current.Count)
            return;
        Current = rest;
        Changed?.Invoke();
    }

    private async Task FadeAsync(Announcement announcement)
    {
        await Task.Delay(Shown, time);
        if (Current.Any(a => ReferenceEquals(a, announcement)))
            Dismiss(announcement);
    }
}
