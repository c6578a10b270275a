using System.Diagnostics.CodeAnalysis;

namespace Coordinator.Dashboard.Output;

/// <summary>
/// Some of the events of a session, by sequence: those that were looked at last. Bounded in number and in size, whatever
/// the session wrote; what was forgotten is asked for again.
/// </summary>
internal sealed class EventPages(int maxPages = EventPages.MaxPages, long maxCharacters = EventPages.MaxCharacters)
{
    public const int PageSize = 500;
    private const int MaxPages = 40;
    private const long MaxCharacters = 16 * 1024 * 1024;

    private readonly Dictionary<long, Page> _pages = [];
    private readonly LinkedList<long> _recent = [];
    private long _characters;

    public int Count => _pages.Count;

    public bool TryGet(long sequence, [NotNullWhen(true)] out OutputRow? row)
    {
        row = _pages.TryGetValue(PageOf(sequence), out Page? page) ? page.Rows[Place(sequence)] : null;
        return row is not null;
    }

    public void Add(IEnumerable<Proto.SessionEvent> events)
    {
        foreach (Proto.SessionEvent entry in events)
        {
            Page page = Touch(PageOf(entry.Sequence));
            ref OutputRow? place = ref page.Rows[Place(entry.Sequence)];
            if (place is not null)
                continue;
            place = new OutputRow(entry);
            page.Characters += place.Size;
            _characters += place.Size;
        }

        while (_pages.Count > 1 && (_pages.Count > maxPages || _characters > maxCharacters))
            Forget(_recent.Last!.Value);
    }

    /// <summary>The first part of a stretch that is not here, as far as one request can bring it.</summary>
    /// <param name="first">The stretch's first sequence; it counts as looked at.</param>
    /// <param name="last">Its last.</param>
    /// <param name="newest">The last there is.</param>
    public MissingEvents? Missing(long first, long last, long newest)
    {
        for (long number = PageOf(first); number <= PageOf(last); number++)
        {
            Page? page = _pages.GetValueOrDefault(number);
            if (page is not null)
                Touch(number);
            long begin = Math.Max(first, FirstOf(number)), end = Math.Min(last, FirstOf(number) + PageSize - 1);
            while (begin <= end && page?.Rows[Place(begin)] is not null)
                begin++;
            if (begin <= end)
                return Around(page, number, begin, newest);
        }

        return null;
    }

    /// <summary>Everything that is missing around a sequence within its page, so that a page takes one request.</summary>
    private static MissingEvents Around(Page? page, long number, long sequence, long newest)
    {
        long from = sequence, to = sequence;
        long lowest = FirstOf(number), highest = Math.Min(newest, lowest + PageSize - 1);
        while (from > lowest && page?.Rows[Place(from - 1)] is null)
            from--;
        while (to < highest && page?.Rows[Place(to + 1)] is null)
            to++;
        return new(from - 1, (int)(to - from + 1));
    }

    private Page Touch(long number)
    {
        if (_pages.TryGetValue(number, out Page? page))
        {
            if (_recent.First != page.Recent)
            {
                _recent.Remove(page.Recent);
                _recent.AddFirst(page.Recent);
            }

            return page;
        }

        return _pages[number] = new Page(_recent.AddFirst(number));
    }

    private void Forget(long number)
    {
        _pages.Remove(number, out Page? page);
        _recent.Remove(page!.Recent);
        _characters -= page.Characters;
    }

    private static long PageOf(long sequence) => (sequence - 1) / PageSize;

    private static long FirstOf(long page) => (page * PageSize) + 1;

    private static int Place(long sequence) => (int)((sequence - 1) % PageSize);

    private sealed class Page(LinkedListNode<long> recent)
    {
        public OutputRow?[] Rows { get; } = new OutputRow?[PageSize];

        public LinkedListNode<long> Recent { get; } = recent;

        public long Characters { get; set; }
    }
}
