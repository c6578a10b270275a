using System.Diagnostics.CodeAnalysis;
using Coordinator.Client.Connection;
using Coordinator.Client.Events;
using Google.Protobuf.Collections;
using Grpc.Core;

namespace Coordinator.Dashboard.Output;

/// <summary>
/// The output of one session while it is looked at: follows its end, and loads what the reader looks at. Everything
/// happens on one thread, the page's.
/// </summary>
public sealed class OutputModel : IDisposable
{
    private readonly IEventSource _source;
    private readonly string _sessionId;
    private readonly Func<Action, Task> _dispatch;
    private readonly EventTail _tail;
    private readonly EventPages _pages = new();
    private readonly CancellationTokenSource _end = new();
    private bool _isLoading;

    /// <param name="source">Where the events come from.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="time">The clock.</param>
    /// <param name="dispatch">Brings what comes from elsewhere to the page's thread.</param>
    internal OutputModel(IEventSource source, string sessionId, TimeProvider time, Func<Action, Task> dispatch)
    {
        _source = source;
        _sessionId = sessionId;
        _dispatch = dispatch;
        _tail = new EventTail(source, sessionId, time, dispatch);
        _tail.Received += Take;
        _tail.Changed += () => Changed?.Invoke(_tail.Problem is not null);
    }

    /// <summary>What is shown has changed. True if because of the reader, who should see it at once.</summary>
    public event Action<bool>? Changed;

    public OutputState State { get; private set; } = OutputState.Empty;

    public OutputSearch Search { get; private set; } = OutputSearch.None;

    /// <summary>Why no more events will come, for a person.</summary>
    public string? FollowProblem => _tail.Problem;

    /// <summary>Why events that are looked at are not here, for a person.</summary>
    public string? LoadProblem { get; private set; }

    /// <summary>Grows when rows of the window come in.</summary>
    public long Version { get; private set; }

    internal ConnectionState Connection => _tail.Connection;

    /// <summary>Begins to follow and to load.</summary>
    public void Start()
    {
        _tail.Follow();
        // The newest event is known from this answer also where nothing comes by the stream.
        long line = State.Line ?? 0;
        long after = Math.Max(0, line - (EventPages.PageSize / 2));
        _ = LoadAsync(new(after, line > 0 ? EventPages.PageSize : 1));
    }

    public void Update(Func<OutputState, OutputState> change)
    {
        OutputState before = State;
        State = change(before);
        EnsureLoaded();
        if (!State.LooksLike(before))
            Changed?.Invoke(true);
    }

    internal bool TryGet(long row, [NotNullWhen(true)] out OutputRow? found) => _pages.TryGet(row + 1, out found);

    public void ShowWhole(long sequence)
    {
        if (!_pages.TryGet(sequence, out OutputRow? row))
            return;
        row.ShowWhole();
        Version++;
        Changed?.Invoke(true);
    }

    /// <summary>Searches, or goes to the next hit if that text was searched for before.</summary>
    public Task SearchAsync(string text)
    {
        text = text.Trim();
        if (text == Search.Text && Search.Problem is null)
            return NextAsync();
        Search = OutputSearch.For(text);
        State = State.LeftHit();
        Changed?.Invoke(true);
        return text.Length == 0 ? Task.CompletedTask : FindAsync(found => found.From(State.TopRow + 1));
    }

    public Task NextAsync()
    {
        if (Search.Text.Length == 0 || Search.IsBusy)
            return Task.CompletedTask;
        if (Search.Next(State.Newest) is { } next)
        {
            Show(next);
            return Task.CompletedTask;
        }

        Search = Search.Continued();
        Changed?.Invoke(true);
        return FindAsync(found => found.Wrapped());
    }

    public void Previous()
    {
        if (!Search.IsBusy)
            Show(Search.Previous());
    }

    /// <summary>Tries again what failed.</summary>
    public void Retry()
    {
        if (_tail.Problem is not null)
            _tail.Follow();
        LoadProblem = null;
        if (!State.IsKnown && !_isLoading)
            _ = LoadAsync(new(0, 1));
        EnsureLoaded();
        Changed?.Invoke(true);
    }

    public void Dispose()
    {
        _tail.Dispose();
        _end.Cancel();
        _end.Dispose();
    }

    private void Take(Proto.WatchSessionEventsResponse message)
    {
        Add(message.Events);
        OutputState before = State;
        State = before.Received(message.Position());
        // Whatever failed before: the coordinator is there.
        LoadProblem = null;
        EnsureLoaded();
        if (State != before)
            Changed?.Invoke(false);
    }

    /// <summary>Loads what is looked at, one request at a time: a reader who scrolls on no longer wants the rest.</summary>
    private void EnsureLoaded()
    {
        if (_isLoading || LoadProblem is not null || State.Window.Count == 0 || _end.IsCancellationRequested)
            return;
        RowWindow window = State.Window;
        long top = Math.Max(window.First, State.TopRow) + 1, bottom = Math.Min(window.End, State.TopRow + State.Geometry.VisibleRows);
        // What is seen first, then what is near it.
        if ((_pages.Missing(top, bottom, State.Newest) ?? _pages.Missing(window.First + 1, window.End, State.Newest)) is { } missing)
            _ = LoadAsync(missing);
    }

    private async Task LoadAsync(MissingEvents missing)
    {
        _isLoading = true;
        Proto.ListSessionEventsResponse? answer = null;
        string? problem = null;
        try
        {
            answer = await _source.ListAsync(_sessionId, missing.AfterSequence, missing.Count, _end.Token);
        }
        catch (RpcException e)
        {
            problem = EventProblem.Of(e);
        }
        catch (OperationCanceledException)
        {
        }

        await _dispatch(() => Loaded(missing, answer, problem));
    }

    private void Loaded(MissingEvents missing, Proto.ListSessionEventsResponse? answer, string? problem)
    {
        _isLoading = false;
        if (_end.IsCancellationRequested)
            return;
        if (answer is not null)
        {
            Add(answer.Events);
            // While the stream is live it tells: under a flood the answer is ahead of it, and what is ahead would be asked
            // for again and again.
            if (!State.IsKnown || !Connection.IsLive)
                State = State.Received(answer.NewestSequence);
            // Without this an answer that has nothing would be asked for again and again.
            bool isNothing = answer.Events.Count == 0 && missing.AfterSequence < answer.NewestSequence;
            problem = isNothing ? "The coordinator did not return them." : null;
        }

        LoadProblem = problem;
        EnsureLoaded();
        Changed?.Invoke(true);
    }

    private void Add(RepeatedField<Proto.SessionEvent> events)
    {
        if (events.Count == 0)
            return;
        _pages.Add(events);
        if (events[0].Sequence <= State.Window.End && events[^1].Sequence > State.Window.First)
            Version++;
    }

    private async Task FindAsync(Func<OutputSearch, OutputSearch> show)
    {
        OutputSearch asked = Search;
        Proto.SearchSessionEventsResponse? found = null;
        string? problem = null;
        try
        {
            found = await _source.SearchAsync(_sessionId, asked.Text, asked.Searched, _end.Token);
        }
        catch (RpcException e)
        {
            problem = EventProblem.Of(e);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await _dispatch(() =>
        {
            // The reader may have searched for something else meanwhile.
            if (Search.Text == asked.Text && Search.Searched == asked.Searched)
                Show(found is null ? Search.Failed(problem!) : show(Search.Found(found)));
        });
    }

    private void Show(OutputSearch search)
    {
        Search = search;
        if (search is { Hit: { } hit, Problem: null })
            State = State.Received(hit).WentToHit(hit);
        EnsureLoaded();
        Changed?.Invoke(true);
    }
}
