using System.Collections.Immutable;

namespace Coordinator.Client.Sessions;

/// <summary>
/// Which sessions, and in which order. It can be written as text, so that it can be shared and returned to, for example
/// <c>status=running,stopping&amp;agent=reviewer&amp;runner=rnr_…&amp;q=login&amp;sort=-started</c>; values are percent-encoded.
/// </summary>
public sealed record SessionQuery
{
    public static SessionQuery Default { get; } = new();

    /// <summary>Any of these; empty means all.</summary>
    public ImmutableHashSet<Proto.SessionStatus> Statuses { get; init; } = [];

    /// <summary>Exactly this agent; empty means any.</summary>
    public string Agent { get; init; } = "";

    /// <summary>A runner's id; empty means any.</summary>
    public string Runner { get; init; } = "";

    /// <summary>Contained in a name, id, agent, directory or run id, without regard to ASCII case; empty means any.</summary>
    public string Text { get; init; } = "";

    public SessionSort Sort { get; init; } = SessionSort.Started;

    /// <summary>Newest first, most urgent last, Z to A.</summary>
    public bool Descending { get; init; } = true;

    public bool IsFiltered => Statuses.Count > 0 || Agent.Length > 0 || Runner.Length > 0 || Text.Length > 0;

    public bool Equals(SessionQuery? other) => other is not null && ToText() == other.ToText();

    public override int GetHashCode() => ToText().GetHashCode(StringComparison.Ordinal);

    /// <summary>Reads what <see cref="ToText"/> has written. What it does not understand it leaves out: old links still open.</summary>
    public static SessionQuery Parse(string text)
    {
        SessionQuery query = Default;
        foreach (string pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
                query = query.With(pair[..equals], Uri.UnescapeDataString(pair[(equals + 1)..].Replace('+', ' ')));
        }

        return query;
    }

    /// <summary>Empty for the default.</summary>
    public string ToText()
    {
        List<string> pairs = [];
        Add("status", string.Join(',', SessionStatuses.All.Where(Statuses.Contains).Select(s => s.Word())));
        Add("agent", Agent);
        Add("runner", Runner);
        Add("q", Text);
        if (Sort != Default.Sort || Descending != Default.Descending)
            Add("sort", (Descending ? "-" : "") + Sort.ToString().ToLowerInvariant());
        return string.Join('&', pairs);

        void Add(string name, string value)
        {
            if (value.Length > 0)
                pairs.Add($"{name}={Uri.EscapeDataString(value).Replace("%2C", ",", StringComparison.Ordinal)}");
        }
    }

    /// <summary>Which sessions it selects, without their order.</summary>
    public Proto.SessionFilter ToFilter() => new() { Statuses = { Statuses }, AgentName = Agent, RunnerId = Runner, Text = Text };

    public SessionQuery Toggle(Proto.SessionStatus status) =>
        this with { Statuses = Statuses.SymmetricExcept([status]) };

    /// <summary>The same column again turns the order around.</summary>
    public SessionQuery SortBy(SessionSort sort) => sort == Sort
        ? this with { Descending = !Descending }
        : this with { Sort = sort, Descending = sort == SessionSort.Started };

    private SessionQuery With(string name, string value) => name switch
    {
        "status" => this with { Statuses = [.. value.Split(',').Select(SessionStatuses.Parse).OfType<Proto.SessionStatus>()] },
        "agent" => this with { Agent = value },
        "runner" => this with { Runner = value },
        "q" => this with { Text = value },
        "sort" when Enum.TryParse(value.TrimStart('-'), ignoreCase: true, out SessionSort sort) && Enum.IsDefined(sort) =>
            this with { Sort = sort, Descending = value.StartsWith('-') },
        _ => this,
    };
}
