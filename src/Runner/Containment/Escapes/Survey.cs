using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Escapes;

/// <summary>What one look at the machine found.</summary>
/// <param name="Adopted">
/// The children of the runner that it did not start: those that were alive, and those that had died since the look before.
/// </param>
/// <param name="ByCookie">The processes that carried the cookie of a run of this runner, by that run.</param>
[SupportedOSPlatform("linux")]
internal sealed record Survey(IReadOnlyList<Sighting> Adopted, ILookup<string, Sighting> ByCookie);
