using Coordinator.AgentRunner.Containment;
using Coordinator.AgentRunner.Executors;

namespace Coordinator.AgentRunner.Execution;

/// <summary>Fills in the last report of a run: how it ended and by whose wish, what of it was ended, and what its agent said at last.</summary>
internal static class EndReport
{
    /// <summary>How the agent ended, and who wanted that.</summary>
    public static void AddEnding(this Proto.RunEnded report, RunEnding ending, AgentExit exit, StopRequest stop)
    {
        if (exit.Code is { } code)
            report.ExitCode = code;
        report.Signal = exit.Signal ?? "";
        if (ending != RunEnding.Stopped)
        {
            report.Outcome = Proto.RunOutcome.Exited;
            report.EndedAfterResult = ending == RunEnding.Lingered;
            if (exit == AgentExit.Unknown)
                report.Error = "The agent has ended, but its exit status could not be learned.";
        }
        else if (stop.FirstOfCoordinator is not null)
        {
            report.Outcome = Proto.RunOutcome.Stopped;
        }
        else
        {
            // Nobody asked for a stop of this run, so it must not be told as one.
            report.Outcome = Proto.RunOutcome.RunnerRestarted;
            report.Error = stop.First?.Origin == StopOrigin.Shutdown
                ? "The runner was shut down and ended this run. Start or resume the session to go on."
                : "The runner ended this run because the coordinator had given its claim up.";
        }
    }

    /// <summary>What was ended by signals. An agent that exited by itself was not, so it is not among those.</summary>
    public static void AddProcesses(this Proto.RunEnded report, RunEnding ending, StopLadder ladder, IRunContainer container)
    {
        int byItself = ending == RunEnding.Exited ? 1 : 0;
        report.Escalated = ladder.Escalated;
        report.ProcessesEnded = Math.Max(0, ladder.Seen - byItself);
        report.EndedCommands.Add(EndedCommands.Of(container.SeenNames.Skip(byItself)));
    }

    /// <summary>What the agent said of its work; of one that did not do it well also how its standard error ends.</summary>
    public static void AddFindings(this Proto.RunEnded report, OutputPump pump)
    {
        AgentFindings findings = pump.Findings;
        report.ResultText = findings.ResultText;
        report.ResultIsError = findings.ResultIsError;
        report.ExecutorSessionId = findings.ExecutorSessionId;
        report.Usage = findings.Usage.ToProto();
        report.ConversationUsage = findings.Usage.Conversation;
        bool isFine = !report.ResultIsError && (report.EndedAfterResult || report is { HasExitCode: true, ExitCode: 0 });
        if (report.Outcome == Proto.RunOutcome.Exited && !isFine)
            report.StandardError = pump.LastError;
    }

    /// <summary>However it ended: what is known of its processes is no proof any more if its container was broken.</summary>
    public static async Task AddBreakAsync(this Proto.RunEnded report, IRunContainer container)
    {
        if (!container.Broken.IsCompletedSuccessfully)
            return;
        report.Outcome = Proto.RunOutcome.ContainmentBroken;
        report.Error =
            $"The run was broken out of: {await container.Broken}. All that was found of it has been ended, but something may be left that " +
            "carries no mark of the run: look for it on the runner's machine. An agent with a user of its own (Runner:AgentUsers) cannot do this.";
    }
}
