using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Interop;

/// <summary>The few things that only JavaScript can do. Not while a page is rendered on the server.</summary>
internal sealed class Browser(IJSRuntime js)
{
    private Task<IJSObjectReference>? _module;

    public async Task<string> GetThemeAsync() => await (await ModuleAsync()).InvokeAsync<string>("getTheme");

    public Task SetThemeAsync(string theme) => CallAsync("setTheme", theme);

    public async Task<bool> AreKeysOnAsync() => await (await ModuleAsync()).InvokeAsync<bool>("areKeysOn");

    public Task SetKeysOnAsync(bool on) => CallAsync("setKeysOn", on);

    public Task CopyAsync(string text) => CallAsync("copy", text);

    public Task OpenDialogAsync(ElementReference dialog) => CallAsync("openDialog", dialog);

    public Task CloseDialogAsync(ElementReference dialog) => CallAsync("closeDialog", dialog);

    public Task FocusAsync(string selector) => CallAsync("focusOn", selector);

    public Task ListenAsync(DotNetObjectReference<PageEvents> page) => CallAsync("listen", page);

    private async Task CallAsync(string function, params object?[] arguments) =>
        await (await ModuleAsync()).InvokeVoidAsync(function, arguments);

    private Task<IJSObjectReference> ModuleAsync() => _module ??= js.InvokeAsync<IJSObjectReference>("import", "./js/shell.js").AsTask();
}
