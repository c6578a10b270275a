using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.Listening;

/// <summary>A file whose first line is a secret, and that nobody but its owner can read.</summary>
internal static class SecretFile
{
    /// <summary>In bytes; whatever is longer is no password, but the wrong file.</summary>
    private const int MaxLength = 4_096;

    private const UnixFileMode Others =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <param name="setting">The setting that names the file, for the sentence that says what is wrong.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="StartException">It cannot be read, others can, or it holds none.</exception>
    public static string Read(string setting, string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 1);
            CheckMode(setting, path, file.SafeFileHandle);
            byte[] bytes = new byte[MaxLength];
            string text = Encoding.UTF8.GetString(bytes, 0, file.ReadAtLeast(bytes, MaxLength, throwOnEndOfStream: false));
            int end = text.AsSpan().IndexOfAny('\r', '\n');
            string line = (end < 0 ? text : text[..end]).TrimStart('\uFEFF');
            if (end < 0 && file.ReadByte() >= 0)
                throw Wrong($"The first line of {path}, which {setting} names, is longer than {MaxLength:N0} bytes; it is to be the password.");
            if (line.Length == 0)
                throw Wrong($"The first line of {path}, which {setting} names, is empty; it is to be the password.");
            return line;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{setting} names {path}, which cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Of the open file, so that it is the one that is read.</summary>
    private static void CheckMode(string setting, string path, SafeFileHandle file)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file) & Others) != 0)
            throw Wrong($"Others than its owner can read or change {path}, which {setting} names. Make it yours alone: chmod 600 {path}");
    }

    private static StartException Wrong(string sentence, Exception? cause = null) => new(sentence, StartException.Configuration, cause);
}
