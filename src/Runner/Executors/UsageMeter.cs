namespace Coordinator.AgentRunner.Executors;

/// <summary>
/// What an agent has used in this run. Until a result tells it for certain, it is the sum over the model's answers. Agents
/// tell totals: of the process, or of the conversation over all its runs, and not every version of an agent does the same.
/// So what a result adds is what its totals grew by since the result before, in this run or the one before it; totals that
/// are smaller than they were, or grew by less than the result itself used, began anew. Not thread-safe.
/// </summary>
/// <param name="before">The totals that the conversation had before this run; null if none are known.</param>
internal sealed class UsageMeter(Proto.Usage? before)
{
    internal const int MaxDenials = 50;

    /// <summary>Blocks of one answer come one after the other, mixed with those of few others.</summary>
    private const int MaxOpenAnswers = 256;

    private readonly Dictionary<string, UsageCounts> _answers = new(StringComparer.Ordinal);
    private readonly List<Proto.PermissionDenial> _denials = [];
    private UsageCounts _total = UsageCounts.Of(before);
    private UsageCounts _sinceResult;
    private UsageCounts _uptoResult;
    private bool _hasTotal;
    private bool _hasCost;
    private int _calls;
    private int _toolCalls;
    private int _turns;

    /// <summary>Grows with everything that is learned.</summary>
    public int Version { get; private set; }

    /// <summary>The model answered, or went on with an answer: the counts of the same id replace each other.</summary>
    /// <param name="id">Names the answer; empty if it has no name.</param>
    /// <param name="counts">What the answer took.</param>
    public void Answered(string id, UsageCounts counts)
    {
        Version++;
        if (id.Length > 0 && _answers.TryGetValue(id, out UsageCounts known))
        {
            _sinceResult -= known;
        }
        else
        {
            _calls = Next(_calls);
            if (_answers.Count >= MaxOpenAnswers)
                _answers.Clear();
        }

        _sinceResult += counts;
        if (id.Length > 0)
            _answers[id] = counts;
    }

    public void ToolCalled()
    {
        Version++;
        _toolCalls = Next(_toolCalls);
    }

    /// <summary>A tool was refused; told again, it counts once.</summary>
    public void Denied(string toolName, string toolCallId)
    {
        if (_denials.Count >= MaxDenials || _denials.Any(known => toolCallId.Length > 0 && known.ToolCallId == toolCallId))
            return;
        Version++;
        _denials.Add(new Proto.PermissionDenial { ToolName = toolName, ToolCallId = toolCallId });
    }

    /// <summary>The agent gave a result.</summary>
    /// <param name="own">The tokens of what led to this result.</param>
    /// <param name="total">Totals, if any are told; maybe without tokens, or without a cost.</param>
    /// <param name="delta">What was used since the result before, if that is told.</param>
    /// <param name="hasCost">Whether a cost is told.</param>
    /// <param name="turns">How many turns led to this result.</param>
    public void Finished(UsageCounts own, UsageCounts? total, UsageCounts? delta, bool hasCost, int turns)
    {
        Version++;
        _uptoResult += delta ?? (total is { } now ? Since(_total, own, now) : own);
        _sinceResult = default;
        _answers.Clear();
        _total = total ?? _total;
        _hasTotal |= total is not null;
        _hasCost |= hasCost;
        _turns = (int)Math.Min(int.MaxValue, (long)_turns + turns);
    }

    /// <summary>Null as long as nothing is known.</summary>
    public Proto.Usage? ToProto()
    {
        if (Version == 0)
            return null;
        Proto.Usage usage = (_uptoResult + _sinceResult).ToProto();
        usage.CostSource = _hasCost ? Proto.CostSource.Reported : Proto.CostSource.Unspecified;
        (usage.ModelCalls, usage.ToolCalls, usage.Turns) = (_calls, _toolCalls, _turns);
        usage.PermissionDenials.Add(_denials);
        return usage;
    }

    /// <summary>The totals of the newest result; null as long as there is none in this run.</summary>
    public Proto.Usage? Conversation => _hasTotal ? _total.ToProto() : null;

    private static UsageCounts Since(UsageCounts before, UsageCounts own, UsageCounts total)
    {
        UsageCounts grown = total - before;
        bool costGrew = total.CostMicros > before.CostMicros || (total.CostMicros == before.CostMicros && !own.HasTokens);
        if (!total.HasTokens)
            return own with { CostMicros = costGrew ? grown.CostMicros : total.CostMicros };
        return costGrew && total.Covers(before) && grown.Covers(own) ? grown : total;
    }

    private static int Next(int count) => count == int.MaxValue ? count : count + 1;
}
