using Coordinator.Model;
using Coordinator.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Configurations;

internal sealed class RunConfiguration : IEntityTypeConfiguration<Run>, IEntityTypeConfiguration<RunText>
{
    public void Configure(EntityTypeBuilder<Run> run)
    {
        run.ToTable("Runs").HasKey(r => r.RunId);
        run.Property(r => r.RunId).HasMaxLength(32);
        run.Property(r => r.SessionId).HasMaxLength(32);
        run.Property(r => r.RunnerId).HasMaxLength(32);
        run.Property(r => r.Version).IsConcurrencyToken();
        run.Property(r => r.LastReportSequence).IsCounter();
        run.Property(r => r.StoredEventBytes).IsCounter();
        run.ComplexProperty(r => r.Demands).Compare(d => d.Tags);
        run.Property(r => r.Usage).StoreAsJson();
        run.PrimitiveCollection(r => r.EndedCommands);
        run.OwnsOne(r => r.Stop);
        run.HasIndex(r => r.SessionId);
        run.HasIndex(r => new { r.RunnerId, r.Status });
        run.HasIndex(r => r.RequestId).IsUnique();
        // Found by status, and within a status oldest first: what dispatch and the deadlines look for.
        run.HasIndex(r => new { r.Status, r.RunId });
    }

    public void Configure(EntityTypeBuilder<RunText> text)
    {
        text.ToTable("RunTexts").HasKey(t => t.RunId);
        text.Property(t => t.RunId).HasMaxLength(32);
    }
}
