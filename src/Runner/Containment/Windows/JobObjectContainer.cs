using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Coordinator.AgentRunner.Containment.Windows;

/// <summary>A run in a job object.</summary>
[SupportedOSPlatform("windows")]
internal sealed class JobObjectContainer : IRunContainer
{
    private const int Described = 5;
    private const uint Forever = uint.MaxValue;

    private readonly JobObject _job;
    private readonly SafeProcessHandle _process;
    private readonly StreamPump _pump;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<AgentExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly HashSet<int> _seen = [];
    private readonly OrderedDictionary<int, string> _named = [];

    public JobObjectContainer(
        string runId, int processId, SafeProcessHandle process, JobObject job, StreamPump pump, TimeProvider time)
    {
        (ProcessId, _process, _job, _pump, _time) = (processId, process, job, pump, time);
        Note(processId);
        _pump.Start(runId);
        new Thread(AwaitExit, maxStackSize: 128 * 1024) { IsBackground = true, Name = $"exit {runId}" }.Start();
    }

    public int ProcessId { get; }

    public ContainerTrace Trace => ContainerTrace.None;

    public Task<AgentExit> Exited => _exited.Task;

    public Task OutputDrained => _pump.Drained;

    public bool HasAgentExited => Exited.IsCompleted || Kernel32.WaitForSingleObject(_process, 0) == 0;

    public IReadOnlyList<string> SeenNames
    {
        get
        {
            lock (_gate)
            {
                return [.. _named.Values.Where(name => name.Length > 0)];
            }
        }
    }

    /// <remarks>Windows has nothing softer for a process without a window; it reaches the whole group.</remarks>
    public void Interrupt() => Kernel32.GenerateConsoleCtrlEvent(Kernel32.CtrlBreak, (uint)ProcessId);

    public void Terminate() => Interrupt();

    public void Kill()
    {
        Census();
        _job.Terminate();
    }

    public ProcessCensus Census()
    {
        var members = _job.Members();
        lock (_gate)
        {
            Array.ForEach(members, Note);
            if (members.Length > 0)
            {
                return new(members.Length, _seen.Count, string.Join(", ", members.Take(Described).Select(Describe)));
            }

            _pump.Finish(IRunContainer.OutputDrain, _time);
            return new(0, _seen.Count, "");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _job.Terminate();
        await Exited;
        _pump.Finish(IRunContainer.OutputDrain, _time);
        _process.Dispose();
        _job.Dispose();
    }

    private void AwaitExit()
    {
        _ = Kernel32.WaitForSingleObject(_process, Forever);
        _exited.SetResult(
            Kernel32.GetExitCodeProcess(_process, out var code) ? new(unchecked((int)code), null) : AgentExit.Unknown);
    }

    private void Note(int id)
    {
        if (_seen.Add(id) && _named.Count < IRunContainer.NamedProcesses)
        {
            _named[id] = NameOf(id);
        }
    }

    private static string Describe(int id) => NameOf(id) is { Length: > 0 } name ? $"{id} ({name})" : $"{id}";

    /// <summary>Empty for a process that has ended.</summary>
    private static string NameOf(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return process.ProcessName;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return "";
        }
    }
}
