using Coordinator.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Coordinator.Storage;

/// <summary>
/// The database: the only truth. Written by <see cref="Ledger"/> alone; everybody else reads, without tracking.
/// </summary>
internal sealed class CoordinatorDbContext(DbContextOptions<CoordinatorDbContext> options) : DbContext(options)
{
    public DbSet<Session> Sessions => Set<Session>();

    public DbSet<SessionLabel> SessionLabels => Set<SessionLabel>();

    public DbSet<DeletedSession> DeletedSessions => Set<DeletedSession>();

    public DbSet<EventChunk> EventChunks => Set<EventChunk>();

    public DbSet<Run> Runs => Set<Run>();

    public DbSet<RunText> RunTexts => Set<RunText>();

    public DbSet<RegisteredRunner> Runners => Set<RegisteredRunner>();

    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();

    public DbSet<LedgerState> LedgerStates => Set<LedgerState>();

    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(CoordinatorDbContext).Assembly);

    /// <summary>SQLite can neither order nor compare DateTimeOffset and TimeSpan: both are stored as UTC ticks (100 ns).</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();
        configurationBuilder.Properties<TimeSpan>().HaveConversion<TimeSpanToTicksConverter>();
        configurationBuilder.Properties<RunStatus>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<SessionStatus>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<StopOutcome>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<CostSource>().HaveConversion<string>().HaveMaxLength(16);
        configurationBuilder.Properties<StopWait>().HaveConversion<string>().HaveMaxLength(16);
    }

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks,
        ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
