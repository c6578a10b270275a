namespace Coordinator.Pages;

/// <summary>
/// The dashboard's style sheet, as part of each page: the first picture then waits for nothing but the page itself. It lies
/// in the program, so that a build from the sources and a published one serve the same.
/// </summary>
internal static class PageStyles
{
    public static string Text { get; } = Read();

    private static string Read()
    {
        using StreamReader reader = new(typeof(PageStyles).Assembly.GetManifestResourceStream("dashboard.css")!);
        return reader.ReadToEnd();
    }
}
