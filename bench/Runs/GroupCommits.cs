using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Coordinator.Bench.Runs;

/// <summary>
/// What a ledger could reach that only writes: the rows of whole runs, copied from one that really happened, through
/// prepared statements, with everything that waits in one transaction. No gRPC, no reading, no thinking.
/// </summary>
internal sealed class GroupCommits : IAsyncDisposable
{
    private const string Runs = "Runs";
    private const string Sessions = "Sessions";
    private const string Events = "EventChunks";
    private const string Audit = "AuditEntries";
    private const string State = "LedgerState";

    private static readonly string[] Inserted = [Sessions, "SessionLabels", Runs, "RunTexts", Events, Audit];
    private static readonly string[] Updated = [Runs, Sessions, State];

    private readonly Channel<Step> _waiting = Channel.CreateUnbounded<Step>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, List<Statement>> _inserts = [];
    private readonly List<Statement> _updates = [];
    private readonly SqliteConnection _connection;
    private readonly Task _writing;
    private int _numbers;

    /// <param name="file">A coordinator's database, which nobody has open.</param>
    /// <param name="template">A session that has ended.</param>
    public GroupCommits(string file, string template)
    {
        _connection = new SqliteConnection($"Data Source={file};Pooling=False");
        _connection.Open();
        foreach (string table in Inserted)
            _inserts[table] = [.. Rows(table, template).Select(row => Insert(table, row))];
        foreach (string table in Updated)
            _updates.Add(Update(table, Rows(table, template).Single()));
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Writes all that is written for one run: that it was started and claimed, that it runs, that it has ended.</summary>
    public async Task RunAsync()
    {
        string number = $"{Interlocked.Increment(ref _numbers):D26}";
        await StepAsync(number, [.. Inserted.SelectMany(table => _inserts[table]), _updates[^1]]);
        await StepAsync(number, [.. _updates]);
        await StepAsync(number, [.. _updates]);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.Complete();
        await _writing;
        foreach (Statement statement in _inserts.Values.SelectMany(s => s).Concat(_updates))
            statement.Command.Dispose();
        _connection.Dispose();
    }

    private Task StepAsync(string number, IReadOnlyList<Statement> statements)
    {
        Step step = new(number, statements, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        _waiting.Writer.TryWrite(step);
        return step.Done.Task;
    }

    private async Task WriteAsync()
    {
        List<Step> batch = [];
        while (await _waiting.Reader.WaitToReadAsync())
        {
            using (SqliteTransaction transaction = _connection.BeginTransaction())
            {
                while (_waiting.Reader.TryRead(out Step? step))
                {
                    foreach (Statement statement in step.Statements)
                        statement.Execute(step.Number, transaction);
                    batch.Add(step);
                }

                transaction.Commit();
            }

            foreach (Step step in batch)
                step.Done.SetResult();
            batch.Clear();
        }
    }

    private List<Dictionary<string, object>> Rows(string table, string template)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = table switch
        {
            State => $"SELECT * FROM {State}",
            "RunTexts" => $"SELECT * FROM RunTexts WHERE RunId IN (SELECT RunId FROM Runs WHERE SessionId = '{template}')",
            _ => $"SELECT * FROM {table} WHERE SessionId = '{template}'",
        };
        using SqliteDataReader reader = command.ExecuteReader();
        List<Dictionary<string, object>> rows = [];
        while (reader.Read())
            rows.Add(Enumerable.Range(0, reader.FieldCount).ToDictionary(reader.GetName, reader.GetValue));
        // Given by the database.
        if (table == Audit)
            rows.ForEach(row => row.Remove("Sequence"));
        return rows;
    }

    private Statement Insert(string table, Dictionary<string, object> row) => new(_connection, row,
        $"INSERT INTO {table} ({string.Join(", ", row.Keys)}) VALUES ({string.Join(", ", row.Keys.Select(c => $"@{c}"))})");

    private Statement Update(string table, Dictionary<string, object> row)
    {
        string key = table switch { Runs => "RunId", Sessions => "SessionId", _ => "Id" };
        return new Statement(_connection, row,
            $"UPDATE {table} SET {string.Join(", ", row.Keys.Where(c => c != key).Select(c => $"{c} = @{c}"))} WHERE {key} = @{key}");
    }

    private sealed record Step(string Number, IReadOnlyList<Statement> Statements, TaskCompletionSource Done);

    /// <summary>One statement with the values of one row, but for its ids.</summary>
    private sealed class Statement
    {
        private readonly SqliteParameter? _session;
        private readonly SqliteParameter? _run;

        public Statement(SqliteConnection connection, Dictionary<string, object> row, string text)
        {
            Command = connection.CreateCommand();
            Command.CommandText = text;
            foreach (var (column, value) in row)
            {
                SqliteParameter parameter = Command.Parameters.AddWithValue($"@{column}", column == "RequestId" ? DBNull.Value : value);
                if (column == "SessionId")
                    _session = parameter;
                else if (column == "RunId")
                    _run = parameter;
            }
        }

        public SqliteCommand Command { get; }

        public void Execute(string number, SqliteTransaction transaction)
        {
            _session?.Value = $"ses_{number}";
            _run?.Value = $"run_{number}";
            Command.Transaction = transaction;
            Command.ExecuteNonQuery();
        }
    }
}
