namespace Coordinator.ArchitectureTests;

/// <summary>Folders of one kind, in order: each may know itself and those before it.</summary>
/// <param name="Name">What the folders have in common.</param>
/// <param name="Folders">Namespaces below the root, with all below them; empty for the root itself, alone.</param>
internal sealed record Layer(string Name, params IReadOnlyList<string> Folders);
