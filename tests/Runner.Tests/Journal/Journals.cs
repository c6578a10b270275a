using Coordinator.AgentRunner.Journal;
using Coordinator.AgentRunner.Primitives;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Journal;

/// <summary>Opens journals.</summary>
internal static class Journals
{
    public const string Boot = "boot-1";

    public static RunJournal Open(
        RunnerClock clock, IJournalStore? store = null, string boot = Boot, string newId = "journal-1") =>
        RunJournal.Open(store ?? new MemoryJournalStore(), clock, boot, newId, NullLogger.Instance);
}
