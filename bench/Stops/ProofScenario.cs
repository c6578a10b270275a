using System.Diagnostics;
using Coordinator.Bench.Reporting;
using Coordinator.Bench.Systems;

namespace Coordinator.Bench.Stops;

/// <summary>What it takes to be sure that nothing is left: with a user for each agent, and on a machine with much else on it.</summary>
internal sealed class ProofScenario : IScenario
{
    private const int Strangers = 2_000;

    /// <summary>Between one trial and the next: everything has come to rest.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(20);

    public string Name => "proof";

    public string Summary => $"SIGTERM to the proof, and a start, with a user for each agent and among {Strangers} other processes";

    public async Task MeasureAsync(BenchRun run)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            BenchRun.Say("The scenario proof gives agents users of their own; run it as root, on Linux.");
            return;
        }

        await using ProductSystem plain = await ProductSystem.LaunchAsync();
        await using ProductSystem apart = await ProductSystem.LaunchAsync(runnerSettings: new() { ["Runner__AgentUsers__0"] = "62100-62109" });
        int trials = run.Of(200, 20, 3);
        BenchRun.Say($"Starting and stopping {trials} agents of the runner's user, as many with users of their own, and as many among {Strangers} processes …");
        Trials shared = new(plain, "shared"), own = new(apart, "own"), crowded = new(plain, "crowded");
        for (int i = -3; i < trials; i++)
        {
            await shared.TryAsync(i);
            await own.TryAsync(i);
        }

        using (Process strangers = StartStrangers())
        {
            for (int i = -3; i < trials; i++)
                await crowded.TryAsync(i);
            strangers.StandardInput.Close();
            await strangers.WaitForExitAsync();
        }

        run.Add(Compare("proof.user", "Proof with a user for the agent, median", own.Proofs, shared.Proofs, bar: 4));
        run.Add(Compare("proof.user.start", "Start with a user for the agent, median", own.Starts, shared.Starts, bar: 2));
        run.Add(Compare("proof.crowded", $"Proof among {Strangers} processes, median", crowded.Proofs, shared.Proofs, bar: 20));

        Measurement Compare(string name, string words, IReadOnlyList<double> of, IReadOnlyList<double> with, double bar) =>
            new(name, words, Samples.Percentile(of, 0.5), "ms", bar, Samples.Percentile(with, 0.5)) { Note = $"{trials} each" };
    }

    /// <summary>In a group of their own, which ends at one stroke when their input ends.</summary>
    private static Process StartStrangers()
    {
        string script = $"i=0; while [ $i -lt {Strangers} ]; do sleep 3600 & i=$((i+1)); done; echo ready; read -r end; kill -9 0";
        ProcessStartInfo start = new("setsid", ["/bin/sh", "-c", script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process strangers = Process.Start(start)!;
        strangers.StandardOutput.ReadLine();
        return strangers;
    }

    /// <summary>Agents of one kind, one after another. Each has left a process behind.</summary>
    private sealed class Trials(ProductSystem system, string name)
    {
        private readonly List<double> _starts = [];
        private readonly List<double> _proofs = [];

        /// <summary>Milliseconds from the claim of a run to its start.</summary>
        public IReadOnlyList<double> Starts => _starts;

        /// <summary>Milliseconds from SIGTERM to the proof.</summary>
        public IReadOnlyList<double> Proofs => _proofs;

        /// <param name="trial">Below zero to warm up.</param>
        public async Task TryAsync(int trial)
        {
            string id = $"{name}{trial}";
            await system.StartAsync(id, "(setsid sleep 3600 &); exec sleep 3600");
            await system.StartedAsync(id);
            await Task.Delay(Rest, TimeProvider.System);
            await system.StopAsync(id);
            Proto.Run run = await system.ProvedAsync(id);
            await Task.Delay(Rest, TimeProvider.System);
            if (trial < 0)
                return;
            _starts.Add((run.StartTime - run.ClaimTime).ToTimeSpan().TotalMilliseconds);
            _proofs.Add((run.Stop.EndedTime - run.Stop.SignalledTime).ToTimeSpan().TotalMilliseconds);
        }
    }
}
