using System.Globalization;
using Coordinator.Client.Events;
using Coordinator.Client.Watches;
using Coordinator.Dashboard.Interop;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Output;

public sealed partial class OutputView
{
    private OutputModel? _model;
    private Task<OutputScroller>? _attached;
    private RenderPace? _pace;
    private IDisposable? _keys;
    private ElementReference _scroller;
    private string _linkPrefix = "";
    private string? _shownSession;
    private long? _shownLine;

    /// <summary>The session whose output is shown.</summary>
    [Parameter, EditorRequired]
    public string SessionId { get; set; } = "";

    /// <summary>The line that the address points out.</summary>
    [Parameter]
    public long? Line { get; set; }

    /// <summary>The reader points out a line, or none.</summary>
    [Parameter]
    public EventCallback<long?> OnLineChosen { get; set; }

    /// <summary>Whether the session may still write.</summary>
    [Parameter]
    public bool Active { get; set; }

    [Inject]
    private IEventSource Source { get; set; } = null!;

    [Inject]
    private IJSRuntime Js { get; set; } = null!;

    [Inject]
    private TimeProvider Clock { get; set; } = null!;

    [Inject]
    private PageEvents Page { get; set; } = null!;

    [Inject]
    private NavigationManager Navigation { get; set; } = null!;

    private OutputState State => _model?.State ?? OutputState.Empty;

    private string ScrollerClass => $"output-scroller output-{State.Streams.ToString().ToLowerInvariant()}";

    private string? Lost => StreamWords.Of(_model?.Connection, Clock.GetUtcNow());

    /// <summary>Not while a page is rendered on the server, which has neither a reader nor time.</summary>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            _pace = new RenderPace(Clock, () => _ = InvokeAsync(StateHasChanged));
            _keys = Page.OnKey(Press);
            Open();
            StateHasChanged();
            return;
        }

        if (_model is null)
            return;
        // Once, however often it is rendered until the browser has answered.
        _attached ??= OutputScroller.AttachAsync(Js, _scroller, () => _model, ChooseAsync);
        await (await _attached).ScrollAsync();
    }

    protected override void OnParametersSet()
    {
        _linkPrefix = LinkPrefix();
        if (_model is null)
            return;
        if (_shownSession != SessionId)
            Open();
        else if (_shownLine != Line)
            _model.Update(s => s.WithLine(Line));
        _shownLine = Line;
    }

    public async ValueTask DisposeAsync()
    {
        _keys?.Dispose();
        _model?.Dispose();
        _pace?.Dispose();
        if (_attached is not null)
            await (await _attached).DisposeAsync();
    }

    /// <summary>Takes one of the keys that work anywhere on the page.</summary>
    private bool Press(string key)
    {
        if (_model is not { } model)
            return false;
        switch (key)
        {
            case "f":
                model.Update(s => s.FollowToggled());
                return true;
            case "w":
                model.Update(s => s.WrapToggled());
                return true;
            case "n":
                _ = model.NextAsync();
                return true;
            case "N":
                model.Previous();
                return true;
            case "/":
                _ = WithBrowserAsync(browser => browser.FocusSearchAsync());
                return true;
            default:
                return false;
        }
    }

    /// <summary>Wrapped, only a part of the rows is in the page, and the browser's own keys end at its edges.</summary>
    private void ScrollKey(KeyboardEventArgs key)
    {
        if (key.Key == "Home")
            _model?.Update(s => s.Beginning());
        else if (key.Key == "End")
            _model?.Update(s => s.Ending());
    }

    private void Open()
    {
        _model?.Dispose();
        OutputModel model = new(Source, SessionId, Clock, InvokeAsync);
        model.Changed += Show;
        model.Update(s => s.WithLine(Line));
        (_model, _shownSession, _shownLine) = (model, SessionId, Line);
        model.Start();

        void Show(bool isUrgent)
        {
            if (_model != model)
                return;
            if (isUrgent)
                _ = InvokeAsync(StateHasChanged);
            else
                _pace!.Request();
        }
    }

    private async Task ChooseAsync(long? line)
    {
        if (OnLineChosen.HasDelegate && line != Line)
            await OnLineChosen.InvokeAsync(line);
        else
            _model?.Update(s => s.WithLine(line));
    }

    private Task FocusAsync() => WithBrowserAsync(browser => browser.FocusAsync());

    private async Task WithBrowserAsync(Func<OutputScroller, Task> act)
    {
        if (_attached is not null)
            await act(await _attached);
    }

    private string LinkPrefix()
    {
        string address = Navigation.GetUriWithQueryParameter("line", (string?)null);
        return $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}line=";
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Pixels(double length) => string.Create(CultureInfo.InvariantCulture, $"{length:0.##}px");
}
