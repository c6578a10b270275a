using System.Text.RegularExpressions;
using Coordinator.Model;
using Google.Protobuf.WellKnownTypes;

namespace Coordinator.Grpc;

/// <summary>
/// Checks the fields of one request and reports every wrong one at once. Lengths are in UTF-16 units, as .NET counts.
/// </summary>
internal sealed partial class RequestCheck
{
    private const long MostSeconds = 10L * 365 * 24 * 3600;

    public const int MaxReason = 1_024;
    public const int MaxName = 200;
    public const int MaxLabel = 128;
    public const int MaxLabels = 32;
    public const int MaxPrompt = 1_048_576;
    public const int MaxPath = 4_096;
    public const int MaxPage = 1_000;
    public const int DefaultPage = 100;
    public const int MaxSearchText = 200;
    public const int MaxSearchResults = 10_000;
    public const int DefaultSearchResults = 1_000;

    /// <summary>The longest grace period: longer ones are no stop any more.</summary>
    public static readonly TimeSpan MaxGrace = TimeSpan.FromHours(1);

    private readonly List<FieldError> _errors = [];

    /// <summary>Whether something is wrong.</summary>
    public bool HasFailed => _errors.Count > 0;

    public RequestCheck Fail(string field, string description)
    {
        _errors.Add(new FieldError(field, description));
        return this;
    }

    /// <summary>An id that must be there.</summary>
    public RequestCheck Id(string field, string value, string prefix) =>
        value.Length == 0 ? Fail(field, "must be set") : OptionalId(field, value, prefix);

    public RequestCheck OptionalId(string field, string value, string prefix) =>
        value.Length == 0 || (value.Length <= 32 && value.StartsWith(prefix, StringComparison.Ordinal) && IdTail().IsMatch(value.AsSpan(prefix.Length)))
            ? this
            : Fail(field, $"must be an id of the form {prefix}… with at most 32 characters of a-z and 0-9");

    public RequestCheck Text(string field, string value, int max, bool required = false)
    {
        if (required && string.IsNullOrWhiteSpace(value))
            return Fail(field, "must not be empty");
        if (value.Length > max)
            return Fail(field, $"must be at most {max:N0} characters long, not {value.Length:N0}");
        return value.Contains('\0') ? Fail(field, "must not contain NUL characters") : this;
    }

    /// <summary>A text of one line: no control characters.</summary>
    public RequestCheck Line(string field, string value, int max, bool required = false)
    {
        if (value.Any(char.IsControl))
            return Fail(field, "must not contain control characters");
        return Text(field, value, max, required);
    }

    /// <summary>An absolute path, on whichever system the runner is: <c>/srv/app</c>, <c>C:\app</c> or <c>\\host\share</c>.</summary>
    public RequestCheck Directory(string field, string value)
    {
        bool isAbsolute = value.StartsWith('/') || value.StartsWith(@"\\", StringComparison.Ordinal)
            || value is [var drive, ':', '/' or '\\', ..] && char.IsAsciiLetter(drive);
        if (value.Length > 0 && !isAbsolute)
            Fail(field, "must be an absolute path on the runner, for example /home/me/project");
        return Line(field, value, MaxPath);
    }

    public RequestCheck Executor(string field, string value) =>
        ExecutorName().IsMatch(value) ? this : Fail(field, "must be the name of an executor: 1 to 64 characters of a-z, 0-9, '.', '_' and '-'");

    public RequestCheck RequestId(string field, string value) =>
        RequestIdText().IsMatch(value) ? this : Fail(field, "must be at most 128 visible ASCII characters");

    /// <param name="field">Its name in the request.</param>
    /// <param name="value">Null is fine.</param>
    /// <param name="min">The shortest that is.</param>
    /// <param name="max">The longest that is, up to ten years.</param>
    public RequestCheck Duration(string field, Duration? value, TimeSpan min, TimeSpan max)
    {
        if (value is null)
            return this;
        // Duration.ToTimeSpan throws on values that are not normalised; the range check keeps every number small.
        bool normal = value.Nanos is > -1_000_000_000 and < 1_000_000_000 && value.Seconds is >= -MostSeconds and <= MostSeconds
            && Math.Sign(value.Seconds) * Math.Sign(value.Nanos) >= 0;
        return normal && value.ToTimeSpan() is var span && span >= min && span <= max
            ? this
            : Fail(field, $"must be a duration from {min.TotalSeconds:0.###} s to {max.TotalSeconds:0.###} s");
    }

    public RequestCheck Labels(string field, IEnumerable<KeyValuePair<string, string>> labels, int count)
    {
        if (count > MaxLabels)
            return Fail(field, $"must have at most {MaxLabels} entries, not {count}");
        foreach (var (key, value) in labels)
            Line($"{field} key", key, MaxLabel, required: true).Line($"{field}[{Shorten(key)}]", value, MaxLabel);
        return this;
    }

    public RequestCheck Lines(string field, IReadOnlyList<string> values, int maxCount, int maxLength)
    {
        if (values.Count > maxCount)
            return Fail(field, $"must have at most {maxCount} entries, not {values.Count}");
        for (int i = 0; i < values.Count; i++)
            Line($"{field}[{i}]", values[i], maxLength, required: true);
        return this;
    }

    public RequestCheck Enum<T>(string field, IEnumerable<T> values) where T : struct, System.Enum
    {
        foreach (T value in values)
        {
            if (!System.Enum.IsDefined(value) || Convert.ToInt32(value) == 0)
                return Fail(field, $"{value} is not one of {string.Join(", ", System.Enum.GetNames<T>().Skip(1))}");
        }

        return this;
    }

    public RequestCheck PageSize(string field, int value) => Count(field, value, MaxPage, DefaultPage);

    /// <summary>How many are wanted; 0 means the default.</summary>
    public RequestCheck Count(string field, int value, int max, int byDefault) =>
        value >= 0 && value <= max ? this : Fail(field, $"must be 0 (for {byDefault:N0}) to {max:N0}");

    public RequestCheck NotNegative(string field, long value) =>
        value >= 0 ? this : Fail(field, "must not be negative");

    /// <summary>The page size that was meant.</summary>
    public static int PageSizeOf(int requested) => requested == 0 ? DefaultPage : requested;

    /// <exception cref="CoordinatorException">Any check failed; every wrong field is named.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
            return;
        string message = string.Join("; ", _errors.Select(e => $"{e.Field} {e.Description}"));
        throw new CoordinatorException(ErrorKind.InvalidArgument, Reasons.InvalidArgument, $"{message}.")
        {
            Fields = [.. _errors],
        };
    }

    private static string Shorten(string text) => text.Length <= 32 ? text : $"{text[..32]}…";

    [GeneratedRegex(@"\A[0-9a-z]+\z")]
    private static partial Regex IdTail();

    [GeneratedRegex(@"\A[a-z0-9._-]{1,64}\z")]
    private static partial Regex ExecutorName();

    [GeneratedRegex(@"\A[!-~]{0,128}\z")]
    private static partial Regex RequestIdText();
}
