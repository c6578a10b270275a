namespace Coordinator.Dashboard.Text;

/// <summary>Where a link of an agent may lead, and what a reader must see of that before following it.</summary>
/// <param name="Address">Absolute; http, https or mailto.</param>
/// <param name="Where">The host or mail address it leads to, if the text of the link does not say the same.</param>
internal sealed record MarkdownLink(string Address, string? Where)
{
    /// <param name="url">As the agent wrote it.</param>
    /// <param name="text">What the link is written on.</param>
    /// <returns>Null if it is no address that a page may lead to.</returns>
    public static MarkdownLink? Of(string? url, string text)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri))
            return null;
        if (uri.Scheme == Uri.UriSchemeMailto)
            return new(uri.AbsoluteUri, Unless(text, $"{uri.UserInfo}@{uri.IdnHost}"));
        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps || uri.IdnHost.Length == 0)
            return null;
        return new(uri.AbsoluteUri, SaysHost(text, uri) ? null : uri.IdnHost);
    }

    private static string? Unless(string text, string where) => text.Trim().EndsWith(where, StringComparison.OrdinalIgnoreCase) ? null : where;

    /// <summary>
    /// Whether the text is the address itself, with nothing in it that could be mistaken for the host: neither a name
    /// before an @ nor letters that merely look like others.
    /// </summary>
    private static bool SaysHost(string text, Uri uri)
    {
        string said = text.Trim();
        if (uri.UserInfo.Length > 0)
            return false;
        int scheme = said.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? said : said[(scheme + 3)..];
        return rest.StartsWith(uri.IdnHost, StringComparison.OrdinalIgnoreCase)
            && (rest.Length == uri.IdnHost.Length || rest[uri.IdnHost.Length] is '/' or ':' or '?' or '#');
    }
}
