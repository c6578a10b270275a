namespace Coordinator.Testing.Tools;

/// <summary>How Chromium is started where it is to show the product and do nothing else.</summary>
public static class ChromiumSwitches
{
    public static IReadOnlyList<string> ForTests { get; } =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];
}
