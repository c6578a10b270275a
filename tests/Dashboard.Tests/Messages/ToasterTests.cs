using Bunit;
using Coordinator.Dashboard.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Dashboard.Tests.Messages;

public sealed class ToasterTests : ComponentContext
{
    private Announcements Announcements => Services.GetRequiredService<Announcements>();

    [Fact]
    public void Region_NothingSaid_IsThereForScreenReaders()
    {
        var toaster = Render<Toaster>();

        Assert.Equal("polite", toaster.Find("[role=status]").GetAttribute("aria-live"));
        Assert.Empty(toaster.FindAll(".toast"));
    }

    [Theory]
    [InlineData(nameof(Tone.Note), "toast-note")]
    [InlineData(nameof(Tone.Success), "toast-success")]
    [InlineData(nameof(Tone.Warning), "toast-warning")]
    [InlineData(nameof(Tone.Error), "toast-error")]
    public void Say_EachTone_HasItsColour(string tone, string colour)
    {
        var toaster = Render<Toaster>();

        Announcements.Say("key", Enum.Parse<Tone>(tone), "<b>It</b> happened.");

        Assert.Equal("<b>It</b> happened.", toaster.Find($".{colour} p").TextContent);
    }

    [Fact]
    public void Say_SameKey_TakesThePlaceOfWhatWasSaid()
    {
        var toaster = Render<Toaster>();
        Announcements.Say("stop", Tone.Note, "Stop requested", stays: true);
        Announcements.Say("other", Tone.Note, "Another");

        Announcements.Say("stop", Tone.Success, "Stopped");

        Assert.Equal(["Stopped", "Another"], toaster.FindAll(".toast p").Select(p => p.TextContent));
    }

    [Fact]
    public void Say_TimePasses_OnlyErrorsStay()
    {
        var toaster = Render<Toaster>();
        Announcements.Say("good", Tone.Success, "Done");
        Announcements.Say("bad", Tone.Error, "Broken");

        Time.Advance(TimeSpan.FromSeconds(11));

        toaster.WaitForAssertion(() => Assert.Equal(["Broken"], toaster.FindAll(".toast p").Select(p => p.TextContent)));
    }

    [Fact]
    public void Dismiss_Clicked_TakesAwayThatOne()
    {
        var toaster = Render<Toaster>();
        Announcements.Say("one", Tone.Error, "One");
        Announcements.Say("two", Tone.Error, "Two");

        toaster.Find("[aria-label=Dismiss]").Click();

        Assert.Equal(["Two"], toaster.FindAll(".toast p").Select(p => p.TextContent));
    }
}
