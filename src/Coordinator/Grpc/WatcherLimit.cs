using Coordinator.Model;
using Coordinator.Timelines;
using Microsoft.Extensions.Options;

namespace Coordinator.Grpc;

/// <summary>
/// Bounds how many watches of any kind are open at once, and how many of them are one client's: no client can take all of them.
/// </summary>
internal sealed class WatcherLimit(IOptions<WatchOptions> options)
{
    /// <summary>A client may have one of so many.</summary>
    private const int ClientShare = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _clients = [];
    private int _open;

    /// <summary>Takes a place; disposing gives it back.</summary>
    /// <param name="client">Whose it is: the address of the caller.</param>
    /// <exception cref="CoordinatorException">All places are taken, or all that one client may take.</exception>
    public IDisposable Enter(string client)
    {
        int limit = options.Value.MaxWatchers;
        int share = Math.Max(1, limit / ClientShare);
        lock (_lock)
        {
            int held = _clients.GetValueOrDefault(client);
            if (_open >= limit)
                throw Refused($"{limit:N0} watches are open, which is the limit");
            if (held >= share)
                throw Refused($"{held:N0} watches from {client} are open, which is what one client may have");
            _clients[client] = held + 1;
            _open++;
        }

        return new Place(this, client);
    }

    private static CoordinatorException Refused(string why) => new(
        ErrorKind.ResourceExhausted, Reasons.TooManyWatchers, $"{why}. Close some or raise Coordinator:MaxWatchers.");

    private void Leave(string client)
    {
        lock (_lock)
        {
            _open--;
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
    }

    private sealed class Place(WatcherLimit limit, string client) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                limit.Leave(client);
        }
    }
}
