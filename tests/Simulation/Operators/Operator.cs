using Coordinator.Audit;
using Coordinator.Errors;
using Coordinator.Runs;
using Coordinator.Simulation.Engine;
using Coordinator.Simulation.Runners;
using Coordinator.Stops;

namespace Coordinator.Simulation.Operators;

/// <summary>People and programs that start, stop, resume, drain and delete whatever they know of, at any moment.</summary>
internal sealed class Operator(World world)
{
    private static readonly Origin s_origin = new("op_simulation", "operator", "");

    private readonly List<string> _sessions = [];
    private int _requests;

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
        Proto.StartSessionRequest request = new()
        {
            Executor = RunnerNode.Executor,
            Prompt = "work",
            ParentSessionId = _sessions.Count > 0 && Random.Next(4) == 0 ? Any(_sessions) : "",
            RequestId = $"request-{++_requests}",
            Demands = AnyDemands(),
        };
        Call($"start {request.RequestId}", async () =>
        {
            RunView view = await world.Coordinator.Starts.StartAsync(request, request.RequestId, s_origin);
            return () => Started(request, view);
        });
        // Whoever got no answer asks again; the second answer must be the first one.
        if (Random.Next(4) == 0)
            Later(() => Repeat(request));
    }

    private Proto.RunDemands? AnyDemands()
    {
        RunnerNode runner = world.Runners[Random.Next(world.Runners.Count)];
        return Random.Next(8) switch
        {
            0 => new() { RunnerId = runner.RunnerId },
            1 => new() { Hostname = runner.Machine.Name.ToUpperInvariant() },
            2 => new() { Tags = { runner.Tag } },
            _ => null,
        };
    }

    private void Repeat(Proto.StartSessionRequest request)
    {
        if (world.Coordinator.IsUp)
        {
            Call($"start {request.RequestId} again", async () =>
            {
                RunView view = await world.Coordinator.Starts.StartAsync(request, request.RequestId, s_origin);
                return () => Started(request, view);
            });
        }
    }

    private void Started(Proto.StartSessionRequest request, RunView view)
    {
        if (!_sessions.Contains(view.Session.SessionId))
            _sessions.Add(view.Session.SessionId);
        world.Checks.StartAcknowledged(request.RequestId, view.Session.SessionId, view.Run.RunId);
    }

    private void Resume(string sessionId) => Call($"resume {sessionId}", async () =>
    {
        RunView view = await world.Coordinator.Starts.ResumeAsync(new Proto.ResumeSessionRequest { SessionId = sessionId, Prompt = "more" }, "", s_origin);
        return () => world.Checks.StartAcknowledged("", sessionId, view.Run.RunId);
    });

    private void Stop(string sessionId)
    {
        StopTerms terms = AnyTerms();
        Call($"stop {sessionId}", async () =>
        {
            StopAnswer answer = await world.Coordinator.Stops.StopSessionAsync(sessionId, terms);
            return () => Stopped([answer.Own, .. answer.Children]);
        });
    }

    private void StopMany()
    {
        StopTerms terms = AnyTerms();
        string[] ids = [.. Enumerable.Range(0, 3).Select(_ => Any(_sessions)).Distinct()];
        Call($"stop {string.Join(", ", ids)}", async () =>
        {
            IReadOnlyList<StopStep> steps = await world.Coordinator.Stops.StopNamedAsync(ids, terms, validateOnly: false);
            return () => Stopped(steps);
        });
    }

    private void Stopped(IEnumerable<StopStep> steps)
    {
        foreach (StopStep step in steps.Where(s => s.Refusal is null))
            world.Checks.StopAcknowledged(step);
    }

    private StopTerms AnyTerms()
    {
        TimeSpan grace = Random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(Random.NextDouble() * 2);
        return new StopTerms(s_origin, "", grace, Force: Random.Next(4) == 0, IncludeChildren: Random.Next(2) == 0);
    }

    private void Drain()
    {
        RunnerNode runner = world.Runners[Random.Next(world.Runners.Count)];
        bool draining = Random.Next(3) == 0;
        Call($"{(draining ? "drain" : "undrain")} {runner.RunnerId}", async () =>
        {
            if (draining)
                await world.Coordinator.Fleet.DrainAsync(runner.RunnerId, s_origin, "", Random.Next(2) == 0 ? TimeSpan.FromSeconds(1) : null);
            else
                await world.Coordinator.Fleet.UndrainAsync(runner.RunnerId, s_origin);
            return () => { };
        });
    }

    private void Delete(string sessionId) => Call($"delete {sessionId}", async () =>
    {
        await world.Coordinator.Deletion.DeleteAsync(sessionId, s_origin);
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
