using Microsoft.JSInterop;

namespace Coordinator.Dashboard.Interop;

/// <summary>What happens to the page as a whole: keys, and coming back from sleep or from another tab.</summary>
internal sealed class PageEvents
{
    private string _prefix = "";

    /// <summary>
    /// A key or two in a row, for example "j" or "g s". Whoever takes it says so; the newest listener is asked first.
    /// </summary>
    private readonly List<Func<string, bool>> _listeners = [];

    public event Action? WokenUp;

    public IDisposable OnKey(Func<string, bool> listener)
    {
        _listeners.Add(listener);
        return new Registration(() => _listeners.Remove(listener));
    }

    [JSInvokable]
    public void PressKey(string key)
    {
        string keys = _prefix + key;
        _prefix = keys == "g" ? "g " : "";
        for (int i = _listeners.Count - 1; i >= 0; i--)
        {
            if (_listeners[i](keys))
                return;
        }
    }

    [JSInvokable]
    public void WakeUp() => WokenUp?.Invoke();

    private sealed class Registration(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
