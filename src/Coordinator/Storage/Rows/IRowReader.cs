namespace Coordinator.Storage.Rows;

/// <summary>Gives the values of the row that is read, by the places of their columns.</summary>
internal interface IRowReader
{
    bool IsNull(int column);

    long Integer(int column);

    double Real(int column);

    string Text(int column);

    byte[] Bytes(int column);
}
