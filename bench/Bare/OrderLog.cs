using Microsoft.Data.Sqlite;

namespace Coordinator.Bench.Bare;

/// <summary>Stores orders, each on disk before it is passed on.</summary>
internal sealed class OrderLog : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private readonly SqliteParameter _id;
    private readonly SqliteParameter _command;

    public OrderLog(string file)
    {
        _connection = new SqliteConnection($"Data Source={file}");
        _connection.Open();
        Do("PRAGMA journal_mode = WAL");
        Do("PRAGMA synchronous = FULL");
        Do("CREATE TABLE Orders (Number INTEGER PRIMARY KEY, Id TEXT NOT NULL, Command TEXT NOT NULL)");
        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT INTO Orders (Id, Command) VALUES (@id, @command)";
        _id = _insert.Parameters.Add("@id", SqliteType.Text);
        _command = _insert.Parameters.Add("@command", SqliteType.Text);
    }

    public void Store(Order order)
    {
        lock (_gate)
        {
            (_id.Value, _command.Value) = (order.Id, order.Command);
            _insert.ExecuteNonQuery();
        }
    }

    public void Dispose()
    {
        _insert.Dispose();
        _connection.Dispose();
    }

    private void Do(string statement)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
