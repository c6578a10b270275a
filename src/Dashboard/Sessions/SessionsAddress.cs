using Coordinator.Client.Sessions;

namespace Coordinator.Dashboard.Sessions;

/// <summary>The address of the list of sessions. It holds what the list shows, so that it can be sent to others and returned to.</summary>
internal static class SessionsAddress
{
    private const string Page = "sessions";

    /// <param name="address">Of the page, in full.</param>
    public static SessionQuery Parse(string address) => SessionQuery.Parse(new Uri(address).Query.TrimStart('?'));

    /// <summary>Relative to where the dashboard is.</summary>
    public static string ToAddress(this SessionQuery query) => query.ToText() is { Length: > 0 } text ? $"{Page}?{text}" : Page;
}
