using System.Buffers.Text;
using System.Runtime.Versioning;
using System.Text;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>What <c>/proc/&lt;pid&gt;/stat</c> says about a process at one moment.</summary>
/// <param name="Program">
/// Where its environment begins, which changes whenever it becomes another program; 0 if it has none or is not ours to read.
/// </param>
internal readonly record struct ProcessStat(
    ProcessIdentity Identity, string Name, char State, int Parent, int Group, int Session, int Threads, ulong Program = 0)
{
    public int Id => Identity.Id;

    /// <summary>
    /// A zombie runs nothing any more, unless only its main thread has ended: then the process looks like a zombie but
    /// its other threads go on.
    /// </summary>
    public bool IsAlive => State is not ('Z' or 'X' or 'x') || Threads > 1;

    /// <summary>For a person, as in "4711 (dd, uninterruptible)".</summary>
    public string Description => $"{Id} ({Name}, {StateName})";

    private string StateName => State switch
    {
        'R' => "running",
        'S' => "sleeping",
        'D' => "uninterruptible",
        'T' => "stopped",
        't' => "traced",
        'I' => "idle",
        'Z' => "zombie with threads",
        _ => $"state {State}",
    };

    /// <summary>Null if there is no such process, or none that is ours to look at.</summary>
    /// <exception cref="IOException">It cannot be looked at for another reason, and may be alive.</exception>
    [SupportedOSPlatform("linux")]
    public static ProcessStat? TryRead(int process)
    {
        Span<byte> buffer = stackalloc byte[1024];
        return Parse(buffer[..ProcFile.Read(process, "stat"u8, buffer)]);
    }

    /// <summary>As it is by now; null if it is gone, whoever has its number.</summary>
    /// <exception cref="IOException">It cannot be looked at, and may be alive.</exception>
    [SupportedOSPlatform("linux")]
    public static ProcessStat? TryRead(ProcessIdentity process) =>
        TryRead(process.Id) is { } now && now.Identity == process ? now : null;

    /// <summary>
    /// Reads "pid (name) state ppid pgrp session …". The name may itself contain spaces and parentheses, so that only
    /// the last closing one counts.
    /// </summary>
    internal static ProcessStat? Parse(ReadOnlySpan<byte> line)
    {
        var open = line.IndexOf((byte)'(');
        var close = line.LastIndexOf((byte)')');
        if (open < 0 || close < open || !Utf8Parser.TryParse(line, out int id, out _))
        {
            return null;
        }

        const int StartTime = 19;
        Span<ulong> fields = stackalloc ulong[48];
        var rest = line[(close + 2)..];
        var state = (char)rest[0];
        rest = rest[1..];
        for (var i = 1; i < fields.Length; i++)
        {
            rest = rest.TrimStart((byte)' ');
            if (Utf8Parser.TryParse(rest, out long value, out var used))
            {
                fields[i] = unchecked((ulong)value);
            }
            else if (!Utf8Parser.TryParse(rest, out fields[i], out used))
            {
                if (i > StartTime)
                {
                    break;
                }

                return null;
            }

            rest = rest[used..];
        }

        return new(
            new(id, fields[StartTime]),
            Encoding.UTF8.GetString(line[(open + 1)..close]),
            state,
            Parent: (int)fields[1],
            Group: (int)fields[2],
            Session: (int)fields[3],
            Threads: (int)fields[17],
            Program: fields[47]);
    }
}
