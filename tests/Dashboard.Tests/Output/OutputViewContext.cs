using AngleSharp.Dom;
using Bunit;
using Coordinator.Client.Events;
using Coordinator.Dashboard.Interop;
using Coordinator.Dashboard.Output;
using Coordinator.Testing.Samples;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Tests.Output;

/// <summary>An output in a page whose browser does nothing but remember what it was told.</summary>
public abstract class OutputViewContext : BunitContext
{
    private readonly PageEvents _page = new();
    private readonly BunitJSModuleInterop _module;
    private readonly BunitJSModuleInterop _area;

    protected OutputViewContext()
    {
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(_page);
        _module = JSInterop.SetupModule("./js/output.js");
        _area = _module.SetupModule(i => i.Identifier == "attach");
        _area.Mode = JSRuntimeMode.Loose;
        _module.Mode = JSRuntimeMode.Loose;
    }

    private protected FakeTimeProvider Time { get; } = new(SampleEvents.Start);

    /// <summary>How the page scrolled.</summary>
    protected IEnumerable<JSRuntimeInvocation> Moves => _area.Invocations;

    /// <summary>What the browser calls.</summary>
    private protected OutputScroller Area() =>
        ((DotNetObjectReference<OutputScroller>)_module.Invocations.Single(i => i.Identifier == "attach").Arguments[1]!).Value;

    private protected IRenderedComponent<OutputView> Open(ScriptedEvents events, long? line = null, bool active = true, Action<long?>? chosen = null)
    {
        Services.AddSingleton<IEventSource>(events);
        return Render<OutputView>(p =>
        {
            p.Add(v => v.SessionId, "ses_1").Add(v => v.Line, line).Add(v => v.Active, active);
            if (chosen is not null)
                p.Add(v => v.OnLineChosen, EventCallback.Factory.Create(this, chosen));
        });
    }

    /// <summary>Lines come, long enough after the last rendering that they are shown at once.</summary>
    private protected void Write(ScriptedEvents events, int lines)
    {
        Time.Advance(TimeSpan.FromSeconds(1));
        events.Write(lines);
    }

    protected void Press(string key) => _ = Renderer.Dispatcher.InvokeAsync(() => _page.PressKey(key));

    protected static void Search(IRenderedComponent<OutputView> view, string text)
    {
        view.Find("#output-search").Input(text);
        view.Find(".output-search").Submit();
    }

    protected static IElement Button(IRenderedComponent<OutputView> view, string name) => view.FindAll("button").Single(b => b.TextContent == name);

    protected static List<string> Texts(IRenderedComponent<OutputView> view) => [.. view.FindAll(".log-text").Select(e => e.TextContent)];
}
