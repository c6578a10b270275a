using System.Text;
using Coordinator.AgentRunner.Containment.Native;

namespace Coordinator.AgentRunner.Containment.Linux;

/// <summary>
/// What a process in one of the <see cref="ProcessMode"/>s tells the runner: lines of a word and its values.
/// <list type="table">
/// <item><term><c>failed step errno</c></term><description>the agent could not be started; nothing of it is left
/// </description></item>
/// <item><term><c>entering</c></term><description>the next thing is the agent; the end of the stream says that it runs
/// </description></item>
/// <item><term><c>started pid</c></term><description>the agent runs beneath the supervisor, which collects it only after
/// the runner has written one byte: until then the number cannot mean another process</description></item>
/// <item><term><c>exited code</c>, <c>signalled name</c></term><description>the agent has ended</description></item>
/// <item><term><c>empty</c></term><description>the supervisor has no child left, not even a dead one: nothing of the run
/// is left, and nothing of it can ever come back</description></item>
/// </list>
/// </summary>
internal sealed record StatusLine(string Word, string First, string Second)
{
    public const string FailedWord = "failed";
    public const string EnteringWord = "entering";
    public const string StartedWord = "started";
    public const string ExitedWord = "exited";
    public const string SignalledWord = "signalled";
    public const string EmptyWord = "empty";

    public const string DirectoryStep = "directory";
    public const string CgroupStep = "cgroup";
    public const string UserStep = "user";
    public const string ProgramStep = "program";

    /// <summary>What a process tells that the runner's own program is not needed for.</summary>
    public static BirthLines OfBirth { get; } = new()
    {
        Entering = Text(Entering()),
        DirectoryFailed = Text(Failed(DirectoryStep, AnyError)),
        UserFailed = Text(Failed(UserStep, AnyError)),
        ProgramFailed = Text(Failed(ProgramStep, AnyError)),
    };

    /// <summary>Has as many digits as the number of any error has at most.</summary>
    private const int AnyError = 999;

    public static byte[] Failed(string step, int error) => Line($"{FailedWord} {step} {error}");

    public static byte[] Entering() => Line(EnteringWord);

    public static byte[] Started(int process) => Line($"{StartedWord} {process}");

    public static byte[] Ended(AgentExit exit) =>
        Line(exit.Code is { } code ? $"{ExitedWord} {code}" : $"{SignalledWord} {exit.Signal}");

    public static byte[] Empty() => Line(EmptyWord);

    public byte[] ToLine() => Line(string.Join(' ', new[] { Word, First, Second }.Where(part => part.Length > 0)));

    public static StatusLine Parse(string line)
    {
        var parts = line.Split(' ');
        return new(parts[0], parts.ElementAtOrDefault(1) ?? "", parts.ElementAtOrDefault(2) ?? "");
    }

    private static string Text(byte[] line) => Encoding.ASCII.GetString(line);

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + '\n');
}
