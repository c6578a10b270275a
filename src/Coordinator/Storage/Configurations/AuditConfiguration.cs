using Coordinator.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Configurations;

internal sealed class AuditConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> entry)
    {
        entry.ToTable("AuditEntries").HasKey(e => e.Sequence);
        entry.Property(e => e.Action).HasConversion<string>().HasMaxLength(16);
        entry.Property(e => e.OperationId).HasMaxLength(32);
        entry.Property(e => e.SessionId).HasMaxLength(32);
        entry.Property(e => e.RunId).HasMaxLength(32);
        entry.Property(e => e.RunnerId).HasMaxLength(32);
        entry.HasIndex(e => new { e.SessionId, e.Sequence });
        entry.HasIndex(e => new { e.RunId, e.Sequence });
        entry.HasIndex(e => new { e.RunnerId, e.Sequence });
        entry.HasIndex(e => new { e.Action, e.Sequence });
    }
}
