using Coordinator.Contracts.Settings;

namespace Coordinator.Listening;

/// <summary>
/// How the program is given secrets: every user of a machine can read the arguments of a process, so they are refused
/// there, and each can be read from a file instead, which is named by the same setting with <c>File</c> behind it.
/// </summary>
internal static class SecretSettings
{
    private const string File = "File";

    /// <exception cref="StartException">The setting is a secret.</exception>
    public static void RefuseInArguments(string key)
    {
        if (ProductSettings.IsSecretKey(key))
        {
            throw new StartException(
                $"{key} is not taken from the arguments: every user of this machine can read them. "
                + $"Write the value into a file, make it readable for you alone (chmod 600 <file>), and give --{key}{File}=<file>.",
                StartException.Configuration);
        }
    }

    /// <summary>Puts what the files hold in the place of the settings that name them.</summary>
    /// <param name="section">The section that the settings are of.</param>
    /// <param name="settings">Its settings, by their keys below it; changed.</param>
    /// <exception cref="StartException">A file cannot be read, or others can read it.</exception>
    public static void ReadFiles(string section, IDictionary<string, string?> settings)
    {
        foreach (var (key, path) in settings.ToArray())
        {
            if (string.IsNullOrWhiteSpace(path) || !key.EndsWith(File, StringComparison.OrdinalIgnoreCase))
                continue;
            string secret = key[..^File.Length];
            string name = ConfigurationPath.Combine(section, secret);
            if (!ProductSettings.IsSecretKey(name))
                continue;
            if (settings.TryGetValue(secret, out string? given) && !string.IsNullOrEmpty(given))
                throw new StartException($"{name} and {name}{File} are both set. Give one of them.", StartException.Configuration);
            settings[secret] = SecretFile.Read($"{name}{File}", Path.GetFullPath(path));
            settings.Remove(key);
        }
    }
}
