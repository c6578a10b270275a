using System.Text.Json;
using Coordinator.Model;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Coordinator.Storage.Configurations;

internal sealed class RunnerConfiguration : IEntityTypeConfiguration<RegisteredRunner>
{
    public void Configure(EntityTypeBuilder<RegisteredRunner> runner)
    {
        runner.ToTable("Runners").HasKey(r => r.RunnerId);
        runner.Property(r => r.RunnerId).HasMaxLength(32);
        runner.Property(r => r.Version).IsConcurrencyToken();
        runner.Property(r => r.ExecutorInfos).HasConversion(new AsJson(), new ByReference());
        // Looked for once a second.
        runner.HasIndex(r => r.DrainDeadline);
    }

    private sealed class AsJson() : ValueConverter<ExecutorInfo[], string>(
        infos => JsonSerializer.Serialize(infos, JsonSerializerOptions.Default),
        json => JsonSerializer.Deserialize<ExecutorInfo[]>(json, JsonSerializerOptions.Default)!);

    /// <summary>They are replaced, never changed in place.</summary>
    private sealed class ByReference() : ValueComparer<ExecutorInfo[]>(
        (one, other) => ReferenceEquals(one, other), infos => infos.Length, infos => infos);
}
