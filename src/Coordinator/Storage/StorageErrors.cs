using Coordinator.Model;
using Microsoft.Data.Sqlite;

namespace Coordinator.Storage;

/// <summary>Turns what the database says into what a caller can act on.</summary>
internal static class StorageErrors
{
    private const int Busy = 5, ReadOnly = 8, InputOutput = 10, Full = 13, CannotOpen = 14;

    public static Exception Translate(Exception problem)
    {
        for (Exception? cause = problem; cause is not null; cause = cause.InnerException)
        {
            if (cause is CoordinatorException)
                return cause;
            if (cause is SqliteException sqlite)
                return Translate(sqlite);
        }

        return problem;
    }

    public static CoordinatorException DiskFull(Exception? problem = null) => new(ErrorKind.ResourceExhausted, Reasons.StorageFull,
        "The disk of the coordinator's database is full; nothing was changed. Free some space and repeat the call.", problem);

    private static Exception Translate(SqliteException problem) => problem.SqliteErrorCode switch
    {
        Full => DiskFull(problem),
        Busy or ReadOnly or InputOutput or CannotOpen => new CoordinatorException(ErrorKind.Unavailable, Reasons.StorageUnavailable,
            $"The coordinator's database cannot be written ({problem.Message}); nothing was changed. Repeat the call when it can.", problem),
        _ => problem,
    };
}
