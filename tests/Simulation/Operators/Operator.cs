using Coordinator.Identity;
using Coordinator.Model;
using Coordinator.Runs;
using Coordinator.Sessions;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Runners;
using Coordinator.Stops;

namespace Coordinator.Simulation.Operators;

/// <summary>People and programs that start, stop, resume, drain and delete whatever they know of, at any moment.</summary>
internal sealed class Operator(World world)
{
    private static readonly Caller s_caller = new("operator", "", "", "op_simulation");

    private readonly List<string> _sessions = [];
    private int _requests;
    private int _operations;

    private Random Random => world.Simulator.Random;

    public void Start() => Later(Next);

    private void Next()
    {
        if (!world.IsTroubled)
            return;
        if (world.Coordinator.IsUp)
            Ask();
        Later(Next);
    }

    private void Ask()
    {
        switch (Random.Next(20))
        {
            case < 8:
                StartSession();
                break;
            case < 15 when _sessions.Count > 0:
                Stop(Any(_sessions));
                break;
            case 15 when _sessions.Count > 0:
                StopMany();
                break;
            case 16 or 17 when _sessions.Count > 0:
                Resume(Any(_sessions));
                break;
            case 18:
                Drain();
                break;
            case 19 when _sessions.Count > 0:
                Delete(Any(_sessions));
                break;
        }
    }

    private void StartSession()
    {
        string parent = _sessions.Count > 0 && Random.Next(4) == 0 ? Any(_sessions) : "";
        string requestId = $"request-{++_requests}";
        StartCommand request = new("", RunnerNode.Executor, "work", "", "", parent, AnyDemands())
        {
            Labels = [],
            Request = new RequestKey(requestId, requestId),
        };
        Call($"start {request.Request.RequestId}", async () =>
        {
            RunView view = await world.Coordinator.Starts.StartAsync(s_caller, request);
            return () => Started(request, view);
        });
        // Whoever got no answer asks again; the second answer must be the first one.
        if (Random.Next(4) == 0)
            Later(() => Repeat(request));
    }

    private RunDemands AnyDemands()
    {
        RunnerNode runner = world.Runners[Random.Next(world.Runners.Count)];
        return Random.Next(8) switch
        {
            0 => new RunDemands(runner.RunnerId, "", []),
            1 => new RunDemands("", runner.Machine.Name.ToUpperInvariant(), []),
            2 => new RunDemands("", "", [runner.Tag]),
            _ => RunDemands.None,
        };
    }

    private void Repeat(StartCommand request)
    {
        if (world.Coordinator.IsUp)
        {
            Call($"start {request.Request.RequestId} again", async () =>
            {
                RunView view = await world.Coordinator.Starts.StartAsync(s_caller, request);
                return () => Started(request, view);
            });
        }
    }

    private void Started(StartCommand request, RunView view)
    {
        if (!_sessions.Contains(view.Session.SessionId))
            _sessions.Add(view.Session.SessionId);
        world.Checks.StartAcknowledged(request.Request.RequestId, view.Session.SessionId, view.Run.RunId);
    }

    private void Resume(string sessionId) => Call($"resume {sessionId}", async () =>
    {
        RunView view = await world.Coordinator.Starts.ResumeAsync(s_caller, new ResumeCommand(sessionId, "more", new RequestKey("", "")));
        return () => world.Checks.StartAcknowledged("", sessionId, view.Run.RunId);
    });

    private void Stop(string sessionId)
    {
        StopCommand command = AnyStop();
        Call($"stop {sessionId}", async () =>
        {
            StopAnswer answer = await world.Coordinator.Stops.StopSessionAsync(AnyCaller(), sessionId, command);
            return () => Stopped([answer.Own, .. answer.Children]);
        });
    }

    private void StopMany()
    {
        StopCommand command = AnyStop();
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ => Any(_sessions)).Distinct()];
        Call($"stop {string.Join(", ", ids)}", async () =>
        {
            IReadOnlyList<StopResult> results = await world.Coordinator.Stops.StopNamedAsync(AnyCaller(), ids, command, validateOnly: false);
            return () => Stopped(results);
        });
    }

    private void Stopped(IEnumerable<StopResult> results)
    {
        foreach (StopResult result in results.Where(s => s.Refusal is null))
            world.Checks.StopAcknowledged(result);
    }

    private StopCommand AnyStop()
    {
        TimeSpan grace = Random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Random.NextDouble() * 2);
        return new StopCommand(grace, "", Force: Random.Next(4) == 0, IncludeChildren: Random.Next(2) == 0);
    }

    /// <summary>Each stop is an operation of its own.</summary>
    private Caller AnyCaller() => s_caller with { OperationId = $"op_{++_operations}" };

    private void Drain()
    {
        RunnerNode runner = world.Runners[Random.Next(world.Runners.Count)];
        bool draining = Random.Next(3) == 0;
        Call($"{(draining ? "drain" : "undrain")} {runner.RunnerId}", async () =>
        {
            if (draining)
                await world.Coordinator.Fleet.DrainAsync(s_caller, runner.RunnerId, "", Random.Next(2) == 0 ? TimeSpan.FromSeconds(1) : null);
            else
                await world.Coordinator.Fleet.UndrainAsync(s_caller, runner.RunnerId);
            return () => { };
        });
    }

    private void Delete(string sessionId) => Call($"delete {sessionId}", async () =>
    {
        await world.Coordinator.Deletion.DeleteAsync(s_caller, sessionId);
        return () => _sessions.Remove(sessionId);
    });

    /// <summary>Has the coordinator do something; its answer takes its time, and is lost when the coordinator dies before.</summary>
    private void Call(string what, Func<Task<Action>> ask)
    {
        Life life = world.Coordinator.Life!;
        life.Run(what, async () =>
        {
            Action answered;
            try
            {
                answered = await ask();
            }
            catch (CoordinatorException refusal)
            {
                answered = () => world.Story.Tell("operator", $"{what}: {refusal.Reason}");
            }

            if (!life.IsDead)
                Later(() => { world.Story.Tell("operator", $"{what}: answered"); answered(); }, TimeSpan.FromMilliseconds(2));
        });
    }

    private string Any(List<string> list) => list[Random.Next(list.Count)];

    private void Later(Action act) => Later(act, TimeSpan.FromSeconds(0.6));

    private void Later(Action act, TimeSpan atMost) =>
        world.Life.Time.CreateTimer(_ => act(), null, atMost * Random.NextDouble(), Timeout.InfiniteTimeSpan);
}
