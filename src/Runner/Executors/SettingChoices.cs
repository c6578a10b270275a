using System.Diagnostics.CodeAnalysis;

namespace Coordinator.AgentRunner.Executors;

/// <summary>The words that a setting may have, and what each means.</summary>
internal sealed class SettingChoices<T>(params (string Text, T Value)[] choices)
{
    public IReadOnlyList<string> Texts { get; } = [.. choices.Select(choice => choice.Text)];

    /// <summary>Whether it is one of them, in upper or lower case.</summary>
    public bool TryFind(string text, [MaybeNullWhen(false)] out T value)
    {
        foreach ((string known, T meaning) in choices)
        {
            if (string.Equals(known, text, StringComparison.OrdinalIgnoreCase))
            {
                value = meaning;
                return true;
            }
        }

        value = default;
        return false;
    }
}
