using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Coordinator.Storage.Sqlite;

/// <summary>
/// A file beside the database. Its bytes are really written, and make no sense: what is only promised, or can be compressed, a file
/// system may not have when it is needed.
/// </summary>
internal sealed class SpareFile(IOptions<StorageOptions> options) : ISpareSpace
{
    /// <summary>How much is written at a time, in bytes.</summary>
    private const int Piece = 64 * 1024;

    private readonly string _path = Path.Combine(options.Value.DataDirectory, "reserve");

    /// <remarks>A stop with its proof takes about 20 KiB of the database and its log.</remarks>
    public long Size => 16 * 1024 * 1024;

    public bool TryHold()
    {
        try
        {
            FileInfo file = new(_path);
            long held = file.Exists ? file.Length : 0;
            if (held == Size)
                return true;

            // Tried in vain it would take the writer tens of milliseconds each time, in which no stop is stored.
            if (held + new DriveInfo(file.DirectoryName!).AvailableFreeSpace < Size)
                return false;
            Write();
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    public void Release() => File.Delete(_path);

    /// <summary>All of it, or nothing.</summary>
    private void Write()
    {
        FileStreamOptions making = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            making.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using FileStream file = new(_path, making);
            byte[] piece = new byte[Piece];
            for (long written = 0; written < Size; written += Piece)
            {
                RandomNumberGenerator.Fill(piece);
                file.Write(piece);
            }
        }
        catch
        {
            File.Delete(_path);
            throw;
        }
    }
}
