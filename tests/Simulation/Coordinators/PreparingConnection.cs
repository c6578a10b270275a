using System.Data;
using Microsoft.Data.Sqlite;

namespace Coordinator.Simulation.Coordinators;

/// <summary>
/// A connection that prepares a statement once, however often EF Core makes a command of it: preparing takes SQLite
/// longer than carrying out what the ledger asks. Worth its memory only where the connection stays open.
/// </summary>
internal sealed class PreparingConnection(string connectionString) : SqliteConnection(connectionString)
{
    /// <summary>Far more than there are; a bound for what words each statement anew.</summary>
    private const int MaxStatements = 250;

    private readonly Dictionary<string, PreparedCommand> _prepared = new(StringComparer.Ordinal);

    public override SqliteCommand CreateCommand() => new ReusingCommand(this) { Connection = this, CommandTimeout = DefaultTimeout, Transaction = Transaction };

    public override void Close()
    {
        base.Close();
        _prepared.Clear();
    }

    private PreparedCommand Prepared(string statement)
    {
        if (_prepared.TryGetValue(statement, out PreparedCommand? command))
            return command;
        if (_prepared.Count >= MaxStatements)
            Forget();
        return _prepared[statement] = new PreparedCommand { Connection = this, CommandText = statement };
    }

    private void Forget()
    {
        foreach (PreparedCommand command in _prepared.Values.Where(c => !c.IsBusy).ToList())
        {
            _prepared.Remove(command.CommandText);
            command.Dispose();
        }
    }

    /// <summary>Keeps what SQLite made of the statement.</summary>
    private sealed class PreparedCommand : SqliteCommand
    {
        public bool IsBusy => DataReader is not null;
    }

    /// <summary>Has only the parameters of its own.</summary>
    private sealed class ReusingCommand(PreparingConnection owner) : SqliteCommand
    {
        public override SqliteDataReader ExecuteReader(CommandBehavior behavior) => TryReuse() is { } prepared ? prepared.ExecuteReader(behavior) : base.ExecuteReader(behavior);

        public override int ExecuteNonQuery() => TryReuse() is { } prepared ? prepared.ExecuteNonQuery() : base.ExecuteNonQuery();

        public override object? ExecuteScalar() => TryReuse() is { } prepared ? prepared.ExecuteScalar() : base.ExecuteScalar();

        /// <returns>Null while somebody else still reads what the same statement gave.</returns>
        private PreparedCommand? TryReuse()
        {
            if (CommandText.Length == 0 || owner.State != ConnectionState.Open)
                return null;
            PreparedCommand prepared = owner.Prepared(CommandText);
            if (prepared.IsBusy)
                return null;
            prepared.Transaction = Transaction;
            prepared.CommandTimeout = CommandTimeout;
            prepared.Parameters.Clear();
            foreach (SqliteParameter parameter in Parameters)
                prepared.Parameters.Add(parameter);
            return prepared;
        }
    }
}
