using Coordinator.Errors;
using Coordinator.Hosting;
using Microsoft.Extensions.Options;

namespace Coordinator.Sessions;

/// <summary>Bounds how many watches of any kind are open at once.</summary>
internal sealed class WatcherLimit(IOptions<CoordinatorOptions> options)
{
    private int _open;

    /// <summary>Takes a place; disposing gives it back.</summary>
    /// <exception cref="CoordinatorException">All places are taken.</exception>
    public IDisposable Enter()
    {
        int limit = options.Value.MaxWatchers;
        if (Interlocked.Increment(ref _open) > limit)
        {
            Interlocked.Decrement(ref _open);
            throw new CoordinatorException(ErrorKind.ResourceExhausted, Reasons.TooManyWatchers,
                $"{limit:N0} watches are open, which is the limit. Close some or raise Coordinator:MaxWatchers.");
        }

        return new Place(this);
    }

    private sealed class Place(WatcherLimit limit) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                Interlocked.Decrement(ref limit._open);
        }
    }
}
