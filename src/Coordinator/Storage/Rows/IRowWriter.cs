namespace Coordinator.Storage.Rows;

/// <summary>Takes the values of a row, one after another in the order of its columns.</summary>
internal interface IRowWriter
{
    void Write(long value);

    void Write(double value);

    void Write(string value);

    void Write(byte[] value);

    void WriteNull();
}
