using System.Buffers.Text;
using System.Text;

namespace Coordinator.Grpc;

/// <summary>
/// Where a list goes on: after which key, and for which filter. Opaque to callers; one made for another filter is
/// refused.
/// </summary>
internal static class PageToken
{
    private const int MaxLength = 512;

    /// <param name="filter">The <see cref="Fingerprint"/> of what selects the list.</param>
    /// <param name="last">The key of the last item on the page.</param>
    public static string Make(string filter, string last) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{filter}.{last}"));

    /// <summary>The key after which the page begins; empty for the first page.</summary>
    public static string Read(string token, string filter, RequestCheck check)
    {
        if (token.Length == 0)
            return "";
        if (token.Length <= MaxLength && Base64Url.IsValid(token)
            && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('.', 2) is [var made, var last] && made == filter)
            return last;
        check.Fail("page_token", "must be the next_page_token of a page with the same filter").ThrowIfAny();
        return "";
    }
}
