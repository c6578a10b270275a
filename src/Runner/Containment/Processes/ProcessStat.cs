using System.Buffers.Text;
using System.Runtime.Versioning;
using System.Text;

namespace Coordinator.AgentRunner.Containment.Processes;

/// <summary>What <c>/proc/&lt;pid&gt;/stat</c> says about a process at one moment.</summary>
internal readonly record struct ProcessStat(
    ProcessIdentity Identity, string Name, char State, int Parent, int Group, int Session, int Threads)
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

    /// <summary>Null if there is no such process.</summary>
    [SupportedOSPlatform("linux")]
    public static ProcessStat? TryRead(int process)
    {
        Span<byte> buffer = stackalloc byte[1024];
        return Parse(buffer[..ProcFile.Read(process, "stat"u8, buffer)]);
    }

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

        Span<ulong> fields = stackalloc ulong[20];
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
                return null;
            }

            rest = rest[used..];
        }

        return new(
            new(id, fields[19]),
            Encoding.UTF8.GetString(line[(open + 1)..close]),
            state,
            Parent: (int)fields[1],
            Group: (int)fields[2],
            Session: (int)fields[3],
            Threads: (int)fields[17]);
    }
}
