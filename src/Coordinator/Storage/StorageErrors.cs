using Coordinator.Model;

namespace Coordinator.Storage;

/// <summary>What callers are told when nothing can be stored, whatever the store is.</summary>
internal static class StorageErrors
{
    public static CoordinatorException DiskFull(Exception? problem = null) => new(ErrorKind.ResourceExhausted, Reasons.StorageFull,
        "The disk of the coordinator's database is full; nothing was changed. Free some space and repeat the call.", problem);

    public static CoordinatorException Unavailable(Exception problem) => new(ErrorKind.Unavailable, Reasons.StorageUnavailable,
        $"The coordinator's database cannot be written ({problem.Message}); nothing was changed. Repeat the call when it can.", problem);
}
