using Bunit;
using Coordinator.Dashboard.Controls;

namespace Coordinator.Dashboard.Tests.Controls;

public sealed class CopyButtonTests : ComponentContext
{
    [Fact]
    public void Copy_Clicked_CopiesAndSaysSoForAMoment()
    {
        BunitJSModuleInterop browser = JSInterop.SetupModule("./js/shell.js");
        browser.Mode = JSRuntimeMode.Loose;
        var button = Render<CopyButton>(p => p.Add(b => b.Text, "ses_000001").Add(b => b.What, "session id"));
        Assert.Equal("Copy session id", button.Find("button").GetAttribute("aria-label"));

        button.Find("button").Click();

        Assert.Equal(["ses_000001"], browser.VerifyInvoke("copy").Arguments);
        Assert.Equal("Copied", button.Find("button").GetAttribute("aria-label"));
        Time.Advance(TimeSpan.FromSeconds(2));
        button.WaitForAssertion(() => Assert.Equal("Copy session id", button.Find("button").GetAttribute("aria-label")));
    }
}
