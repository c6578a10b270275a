using Coordinator.Storage.Sqlite;
using Microsoft.Data.Sqlite;

namespace Coordinator.Tests.Storage;

public sealed class PreparingConnectionTests : IDisposable
{
    private const string Adds = "INSERT INTO Numbers VALUES (@number)";
    private const string Reads = "SELECT Number FROM Numbers WHERE Number > @above ORDER BY Number";

    private readonly PreparingConnection _connection = new("Data Source=:memory:");

    public PreparingConnectionTests()
    {
        _connection.Open();
        Do("CREATE TABLE Numbers (Number INTEGER PRIMARY KEY)");
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Statement_Repeated_HasTheParametersOfItsOwnCommand()
    {
        for (int number = 1; number <= 3; number++)
            Do(Adds, ("@number", number));

        Assert.Equal([1, 2, 3], Numbers(above: 0));
        Assert.Equal([3], Numbers(above: 2));
        Assert.Throws<InvalidOperationException>(() => Do(Adds));
    }

    [Fact]
    public void Statement_WhileItsOwnResultIsRead_GivesAnotherResult()
    {
        Do(Adds, ("@number", 1));
        Do(Adds, ("@number", 2));
        using SqliteCommand command = Command(Reads, ("@above", 0));
        using SqliteDataReader reader = command.ExecuteReader();
        Assert.True(reader.Read());

        Assert.Equal([2], Numbers(above: 1));

        Assert.True(reader.Read());
        Assert.Equal(2, reader.GetInt64(0));
        Assert.False(reader.Read());
    }

    [Fact]
    public void Statement_Failed_WorksTheNextTime()
    {
        Do(Adds, ("@number", 1));
        Assert.Throws<SqliteException>(() => Do(Adds, ("@number", 1)));

        Do(Adds, ("@number", 2));

        Assert.Equal([1, 2], Numbers(above: 0));
    }

    [Fact]
    public void Statement_AfterTheTableChanged_IsPreparedAgain()
    {
        Assert.Empty(Numbers(above: 0));
        Do("ALTER TABLE Numbers ADD COLUMN Word TEXT");
        Do("INSERT INTO Numbers VALUES (7, 'seven')");

        Assert.Equal([7], Numbers(above: 0));
    }

    [Fact]
    public void Statement_InATransactionThatIsTakenBack_LeavesNothing()
    {
        using (SqliteTransaction transaction = _connection.BeginTransaction())
        {
            Do(Adds, ("@number", 1));
            Assert.Equal([1], Numbers(above: 0));
            transaction.Rollback();
        }

        Assert.Empty(Numbers(above: 0));
    }

    [Fact]
    public void Statements_MoreThanAreKept_AllWork()
    {
        for (int number = 1; number <= 600; number++)
            Do($"INSERT INTO Numbers VALUES ({number})");

        Assert.Equal(600, Numbers(above: 0).Count);
    }

    [Fact]
    public void Connection_ClosedAndOpened_PreparesAnew()
    {
        Assert.Empty(Numbers(above: 0));
        _connection.Close();
        Assert.Throws<InvalidOperationException>(() => Numbers(above: 0));

        _connection.Open();

        Do("CREATE TABLE IF NOT EXISTS Numbers (Number INTEGER PRIMARY KEY)");
        Assert.Empty(Numbers(above: 0));
    }

    private SqliteCommand Command(string statement, params (string Name, int Value)[] parameters)
    {
        SqliteCommand command = _connection.CreateCommand();
        command.CommandText = statement;
        foreach (var (name, value) in parameters)
            command.Parameters.AddWithValue(name, value);
        return command;
    }

    private void Do(string statement, params (string Name, int Value)[] parameters)
    {
        using SqliteCommand command = Command(statement, parameters);
        command.ExecuteNonQuery();
    }

    private List<long> Numbers(int above)
    {
        using SqliteCommand command = Command(Reads, ("@above", above));
        using SqliteDataReader reader = command.ExecuteReader();
        List<long> numbers = [];
        while (reader.Read())
            numbers.Add(reader.GetInt64(0));
        return numbers;
    }
}
