using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Output;

/// <summary>The scrolled area in the browser (output.js).</summary>
internal sealed class OutputScroller : IAsyncDisposable
{
    private readonly IJSObjectReference _module;
    private readonly IJSObjectReference _area;
    private readonly DotNetObjectReference<OutputView> _view;

    private OutputScroller(IJSObjectReference module, IJSObjectReference area, DotNetObjectReference<OutputView> view)
    {
        _module = module;
        _area = area;
        _view = view;
    }

    public static async Task<OutputScroller> AttachAsync(IJSRuntime js, ElementReference scroller, OutputView view)
    {
        IJSObjectReference module = await js.InvokeAsync<IJSObjectReference>("import", "./js/output.js");
        DotNetObjectReference<OutputView> reference = DotNetObjectReference.Create(view);
        return new(module, await module.InvokeAsync<IJSObjectReference>("attach", scroller, reference), reference);
    }

    public ValueTask ToAsync(double scrollTop) => _area.InvokeVoidAsync("to", scrollTop);

    public ValueTask ToEndAsync() => _area.InvokeVoidAsync("toEnd");

    public ValueTask ToRowAsync(long sequence, RowAlign align) => _area.InvokeVoidAsync("toRow", sequence, align.ToString());

    public Task FocusAsync() => _area.InvokeVoidAsync("focus").AsTask();

    public Task FocusSearchAsync() => _module.InvokeVoidAsync("focusSearch").AsTask();

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _area.InvokeVoidAsync("dispose");
            await _area.DisposeAsync();
            await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
            // The page is gone, and everything in it.
        }

        _view.Dispose();
    }
}
