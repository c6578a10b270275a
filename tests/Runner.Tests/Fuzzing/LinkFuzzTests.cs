using Coordinator.AgentRunner.Execution;
using Coordinator.AgentRunner.Executors;
using Coordinator.AgentRunner.Link;
using Coordinator.AgentRunner.Primitives;
using Coordinator.AgentRunner.Tests.Execution;
using Coordinator.AgentRunner.Tests.Journal;
using Coordinator.Testing.Fuzzing;
using Coordinator.Testing.Waiting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Coordinator.AgentRunner.Tests.Fuzzing;

/// <summary>
/// Whatever a coordinator sends, in whatever order and over how many connections: nothing throws, no run executes twice
/// at a time, and every run can still be stopped and its end be told.
/// </summary>
public sealed class LinkFuzzTests
{
    private const int Rounds = 200;
    private const int Frames = 60;
    private static readonly string[] Runs = ["run_a", "run_b", "run_c"];

    [Fact]
    public async Task Frames_AnythingInAnyOrder_AreDoneOrPassedOver()
    {
        int seed = Environment.TickCount;
        for (int round = 0; round < FuzzRounds.Of(Rounds); round++)
        {
            Random random = new(seed + round);
            Runner runner = new();
            Exception? problem = await Record.ExceptionAsync(async () =>
            {
                for (int i = 0; i < Frames; i++)
                    runner.Step(random);
                await runner.StopEverythingAsync();
            });
            Assert.True(problem is null, $"Seed {seed + round}: {problem}");
        }
    }

    /// <summary>The protocol's side of a runner, whose agents end when the fuzz says so.</summary>
    private sealed class Runner
    {
        private readonly ManualTime _time = new();
        private readonly RunnerClock _clock;
        private readonly FakeLauncher _launcher = new();
        private readonly ReportOutbox _outbox;
        private readonly RunTable _table;
        private readonly ClockOffset _offset;
        private readonly ExecutorAvailability _executors = new(
            [new ExecutorState("command", null)], NullLogger<ExecutorAvailability>.Instance);
        private readonly HashSet<FakeLauncher.Run> _ended = [];
        private LinkSession _session;

        public Runner()
        {
            _clock = new RunnerClock(_time);
            _offset = new ClockOffset(_clock);
            _outbox = new ReportOutbox(_time);
            _table = new RunTable(_outbox, _launcher, Journals.Open(_clock), _clock, NullLogger<RunTable>.Instance);
            _session = Connect();
        }

        public void Step(Random random)
        {
            switch (random.Next(12))
            {
                case 0:
                    _session.End();
                    _session = Connect();
                    break;
                case 1 or 2 when Alive().ToList() is { Count: > 0 } alive:
                    End(alive[random.Next(alive.Count)], (Proto.RunOutcome)random.Next(1, 4));
                    break;
                case 3:
                    _time.Advance(TimeSpan.FromSeconds(random.Next(100)));
                    break;
                default:
                    _session.Receive(Frame(random));
                    break;
            }

            while (_session.TryTake(out Proto.RunnerFrame? frame))
                Assert.NotEqual(0, frame.CalculateSize());
            Assert.All(Alive().CountBy(run => run.Command.RunId), run => Assert.Equal(1, run.Value));
        }

        /// <summary>What the stop path promises even after all that.</summary>
        public async Task StopEverythingAsync()
        {
            foreach (FakeLauncher.Run run in Alive().ToList())
            {
                int before = run.Stops.Count;
                _session.Receive(new Proto.CoordinatorFrame
                {
                    StopRun = new Proto.StopRun { CommandId = "cmd_last", RunId = run.Command.RunId, Epoch = run.Command.Epoch, Force = true },
                });
                Assert.Equal(before + 1, run.Stops.Count);
            }

            _table.Close();
            while (Alive().FirstOrDefault() is { } run)
                End(run, Proto.RunOutcome.Stopped);
            Assert.Equal(0, _table.Alive);
            await _table.Idle.WithTimeout();
        }

        private static Proto.CoordinatorFrame Frame(Random random)
        {
            MessageFuzzer fuzzer = new(random, Runs);
            string run = Runs[random.Next(Runs.Length)];
            long epoch = random.Next(1, 6);
            return random.Next(8) switch
            {
                0 or 1 => new() { StartRun = new() { CommandId = "cmd_1", RunId = run, Epoch = epoch, Executor = "command" } },
                2 => new() { StopRun = new() { CommandId = "cmd_2", RunId = run, Epoch = epoch, GracePeriod = (Duration)fuzzer.Any(Duration.Descriptor) } },
                3 => new() { ReportAck = new() { RunId = run, Epoch = epoch, Sequence = random.Next(1, 9) } },
                4 => new() { Welcome = (Proto.Welcome)fuzzer.Any(Proto.Welcome.Descriptor) },
                5 => new() { Heartbeat = (Proto.CoordinatorHeartbeat)fuzzer.Any(Proto.CoordinatorHeartbeat.Descriptor) },
                6 => Damaged(fuzzer),
                _ => (Proto.CoordinatorFrame)fuzzer.Any(Proto.CoordinatorFrame.Descriptor),
            };
        }

        /// <summary>What of a damaged frame can still be read.</summary>
        private static Proto.CoordinatorFrame Damaged(MessageFuzzer fuzzer)
        {
            Proto.CoordinatorFrame frame = new();
            try
            {
                frame.MergeFrom(fuzzer.Damage(fuzzer.Any(Proto.CoordinatorFrame.Descriptor).ToByteArray()));
            }
            catch (InvalidProtocolBufferException)
            {
                // What was read before the damage is in it.
            }

            return frame;
        }

        private IEnumerable<FakeLauncher.Run> Alive() => _launcher.Launched.Where(run => !_ended.Contains(run));

        private void End(FakeLauncher.Run run, Proto.RunOutcome outcome)
        {
            _ended.Add(run);
            run.End(outcome);
        }

        private LinkSession Connect()
        {
            RunnerIdentity identity = new()
            {
                RunnerId = "rnr_x",
                BootId = "boot",
                Name = "test",
                Hostname = "host",
                ProjectDirectory = "/",
                Tags = [],
                Capacity = 8,
                Version = "1",
                Containment = "fake",
            };
            LinkSession session = new(identity, _executors, _table, _outbox, _clock, _offset, () => { }, NullLogger.Instance);
            session.Begin();
            return session;
        }
    }
}
