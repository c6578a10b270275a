using System.Text.Json;
using Coordinator.Model;
using Coordinator.Storage.Rows;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Storage.Configurations;

internal sealed class SessionConfiguration :
    IEntityTypeConfiguration<Session>,
    IEntityTypeConfiguration<SessionLabel>,
    IEntityTypeConfiguration<DeletedSession>,
    IEntityTypeConfiguration<EventChunk>
{
    public void Configure(EntityTypeBuilder<Session> session)
    {
        session.ToTable("Sessions").HasKey(s => s.SessionId);
        session.Property(s => s.SessionId).HasMaxLength(32);
        session.Property(s => s.RunId).HasMaxLength(32);
        session.Property(s => s.ParentSessionId).HasMaxLength(32);
        session.Property(s => s.Version).IsConcurrencyToken();
        session.Property(s => s.LastEventSequence).IsCounter();
        session.HasIndex(s => s.Revision);
        session.HasIndex(s => s.ParentSessionId);
        // With the id behind it, what a filter selects comes newest first without being sorted.
        session.HasIndex(s => new { s.Status, s.SessionId });
        session.HasIndex(s => new { s.AgentName, s.SessionId });
        session.ComplexProperty(s => s.Demands).Compare(d => d.Tags);
        session.Property(s => s.EarlierUsage).StoreAsJson();
        session.Property(s => s.Labels).HasConversion(
            labels => JsonSerializer.Serialize(labels, JsonSerializerOptions.Default),
            json => JsonSerializer.Deserialize<Dictionary<string, string>>(json, JsonSerializerOptions.Default)!,
            // Labels never change after the session was made.
            new ValueComparer<Dictionary<string, string>>((a, b) => ReferenceEquals(a, b), labels => labels.Count, labels => labels));
    }

    public void Configure(EntityTypeBuilder<SessionLabel> label)
    {
        label.ToTable("SessionLabels").HasKey(l => new { l.SessionId, l.Key });
        label.HasIndex(l => new { l.Key, l.Value });
    }

    public void Configure(EntityTypeBuilder<DeletedSession> deleted)
    {
        deleted.ToTable("DeletedSessions").HasKey(d => d.SessionId);
        deleted.HasIndex(d => d.Revision);
    }

    public void Configure(EntityTypeBuilder<EventChunk> chunk) =>
        chunk.ToTable("EventChunks").HasKey(c => new { c.SessionId, c.FirstSequence });
}
