namespace Coordinator.Storage;

/// <summary>The connection was lost while a commit was made.</summary>
internal sealed class CommitInDoubtException(Exception cause) : Exception("The connection to the database was lost in the middle of a commit.", cause);
