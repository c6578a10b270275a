using Coordinator.Storage;
using Coordinator.Storage.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Coordinator.Tests.Support;

/// <summary>Stores that a test uses itself, beside or without a coordinator.</summary>
internal static class Stores
{
    public static SqliteLedgerStore Sqlite(IDbContextFactory<CoordinatorDbContext> contexts) =>
        new(contexts, new LogCheckpoints(Options.Create(new StorageOptions()), NullLogger<LogCheckpoints>.Instance), TimeProvider.System);
}
