using System.Security.Cryptography;
using System.Text;

namespace Coordinator.AgentRunner.Link;

/// <summary>
/// Derives a runner's id from where it is and what it is called: the same over restarts, another for every runner.
/// </summary>
internal static class RunnerIdentifier
{
    private const string Prefix = "rnr_";

    /// <summary>Crockford's base 32 in lower case: no letter that could be read as a digit.</summary>
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private const int Characters = 26;
    private const int BitsPerCharacter = 5;

    public static string Derive(string hostname, string workingDirectory, string name)
    {
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{hostname}\0{workingDirectory}\0{name}"));
        return string.Create(Prefix.Length + Characters, hash, static (id, hash) =>
        {
            Prefix.CopyTo(id);
            for (int i = 0; i < Characters; i++)
                id[Prefix.Length + i] = Alphabet[BitsAt(hash, i * BitsPerCharacter)];
        });
    }

    private static int BitsAt(byte[] hash, int bit)
    {
        int pair = (hash[bit / 8] << 8) | hash[(bit / 8) + 1];
        return (pair >> (16 - BitsPerCharacter - (bit % 8))) & ((1 << BitsPerCharacter) - 1);
    }
}
