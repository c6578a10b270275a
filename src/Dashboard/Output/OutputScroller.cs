using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Output;

/// <summary>The scrolled area in the browser (output.js): tells the model what the reader does in it, and moves it.</summary>
internal sealed class OutputScroller : IAsyncDisposable
{
    private readonly Func<OutputModel?> _model;
    private readonly Func<long?, Task> _choose;
    private readonly IJSObjectReference _module;
    private readonly DotNetObjectReference<OutputScroller> _self;
    private IJSObjectReference? _area;

    private OutputScroller(IJSObjectReference module, Func<OutputModel?> model, Func<long?, Task> choose)
    {
        _module = module;
        _model = model;
        _choose = choose;
        _self = DotNetObjectReference.Create(this);
    }

    /// <param name="js">The browser.</param>
    /// <param name="area">What is scrolled.</param>
    /// <param name="model">What is shown in it at the moment.</param>
    /// <param name="choose">Told the line whose number was chosen.</param>
    public static async Task<OutputScroller> AttachAsync(IJSRuntime js, ElementReference area, Func<OutputModel?> model, Func<long?, Task> choose)
    {
        OutputScroller scroller = new(await js.InvokeAsync<IJSObjectReference>("import", "./js/output.js"), model, choose);
        scroller._area = await scroller._module.InvokeAsync<IJSObjectReference>("attach", area, scroller._self);
        return scroller;
    }

    /// <summary>See <see cref="ScrollReport"/>; in parts, because those survive trimming.</summary>
    [JSInvokable]
    public void Scroll(double top, double height, bool isAtEnd, bool byReader, bool up, long topSequence) =>
        _model()?.Update(s => s.Scrolled(new ScrollReport(top, height, isAtEnd, byReader, up, topSequence)));

    [JSInvokable]
    public void ShowWhole(long sequence) => _model()?.ShowWhole(sequence);

    [JSInvokable]
    public Task ChooseLine(long sequence) => _choose(sequence);

    /// <summary>Scrolls to where the model wants to be, once.</summary>
    public async Task ScrollAsync()
    {
        if (_area is null || _model() is not { State.Target: { } target } model)
            return;
        OutputState state = model.State;
        model.Update(s => s.Reached());
        if (target.Row is not { } row)
            await _area.InvokeVoidAsync("toEnd");
        else if (state.Wraps)
            await _area.InvokeVoidAsync("toRow", row + 1, target.Align.ToString());
        else
            await _area.InvokeVoidAsync("to", state.Geometry.ScrollTopFor(row, target.Align));
    }

    public Task FocusAsync() => _area?.InvokeVoidAsync("focus").AsTask() ?? Task.CompletedTask;

    public Task FocusSearchAsync() => _module.InvokeVoidAsync("focusSearch").AsTask();

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (_area is not null)
            {
                await _area.InvokeVoidAsync("dispose");
                await _area.DisposeAsync();
            }

            await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and everything in it.
        }

        _self.Dispose();
    }
}
