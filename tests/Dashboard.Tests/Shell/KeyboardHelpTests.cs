using Bunit;
using Coordinator.Dashboard.Shell;

namespace Coordinator.Dashboard.Tests.Shell;

public sealed class KeyboardHelpTests : ComponentContext
{
    private readonly BunitJSModuleInterop _browser;

    public KeyboardHelpTests()
    {
        _browser = JSInterop.SetupModule("./js/shell.js");
        _browser.Mode = JSRuntimeMode.Loose;
    }

    [Fact]
    public void Open_ListsTheKeys()
    {
        var help = Open(keysAreOn: true);

        Assert.Equal("Keyboard", help.Find("h2").TextContent);
        Assert.Contains("Ask to stop it (the dialog asks first)", help.FindAll("dd").Select(d => d.TextContent));
        Assert.Equal(["g", "s"], help.FindAll("dt").Single(d => d.TextContent == "gs").QuerySelectorAll("kbd").Select(k => k.TextContent));
    }

    [Fact]
    public void Help_NotAskedFor_ShowsNothing() => Assert.Empty(Render<KeyboardHelp>().FindAll("h2, kbd"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Switch_IsAsTheBrowserRemembersAndIsRemembered(bool on)
    {
        var help = Open(on);
        Assert.Equal(on, help.Find("input").HasAttribute("checked"));

        help.Find("input").Change(!on);

        Assert.Equal([!on], _browser.VerifyInvoke("setKeysOn").Arguments);
    }

    private IRenderedComponent<KeyboardHelp> Open(bool keysAreOn)
    {
        _browser.Setup<bool>("areKeysOn").SetResult(keysAreOn);
        var help = Render<KeyboardHelp>();
        help.InvokeAsync(help.Instance.OpenAsync);
        return help;
    }
}
