namespace Coordinator.Dashboard.Output;

/// <summary>Which lines stand out; the others are dimmed, so that line numbers and context stay.</summary>
public enum StreamChoice
{
    Both,
    Stdout,
    Stderr,
}
