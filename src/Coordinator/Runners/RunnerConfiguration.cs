using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Runners;

internal sealed class RunnerConfiguration : IEntityTypeConfiguration<RegisteredRunner>
{
    public void Configure(EntityTypeBuilder<RegisteredRunner> runner)
    {
        runner.ToTable("Runners").HasKey(r => r.RunnerId);
        runner.Property(r => r.RunnerId).HasMaxLength(32);
        // Looked for once a second.
        runner.HasIndex(r => r.DrainDeadline);
    }
}
