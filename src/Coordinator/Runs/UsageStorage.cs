using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Coordinator.Runs;

internal static class UsageStorage
{
    /// <summary>Refused tools are stored as JSON; empty text, which rows from before have too, means none.</summary>
    public static void StoreDenials(this ComplexPropertyBuilder<Usage> usage) => usage.Property(u => u.Denials).HasConversion(
        denials => PermissionDenials.ToJson(denials),
        json => PermissionDenials.FromJson(json),
        new ValueComparer<PermissionDenials>((a, b) => Equals(a, b), denials => denials.GetHashCode(), denials => denials));
}
