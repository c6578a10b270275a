namespace Coordinator.Pages;

/// <summary>
/// The dashboard's style sheet, as part of each page: the first picture then waits for nothing but the page itself.
/// </summary>
internal sealed class PageStyles(IWebHostEnvironment environment)
{
    private readonly Lazy<string> _text = new(() => Read(environment));

    public string Text => _text.Value;

    private static string Read(IWebHostEnvironment environment)
    {
        using StreamReader reader = new(environment.WebRootFileProvider.GetFileInfo("dashboard.css").CreateReadStream());
        return reader.ReadToEnd();
    }
}
