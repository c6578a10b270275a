using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Coordinator.Metrics;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Metrics;

public sealed class CoordinatorMetricsTests
{
    [Fact]
    public async Task StopsRunsReportsAndRunners_AreCounted()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        using Readings readings = new(coordinator.Services.GetRequiredService<IMeterFactory>());
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await coordinator.StopAsync(session.SessionId);
        await coordinator.StopAsync(session.SessionId);
        await runner.EndedAsync(start.RunId, start.Epoch - 1, Proto.RunOutcome.Exited, 0);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped, more: e => e.ProcessesLeft = 3);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Stopped);
        await runner.EndedAsync(start.RunId, start.Epoch, Proto.RunOutcome.Exited, 0);
        await Eventually.Get(runner.NextAckAsync, ack => ack.Epoch == start.Epoch && ack.Sequence == 4);
        Proto.StopRecord stop = (await coordinator.RunAsync(start.RunId)).Stop;

        Assert.Equal(1, readings["coordinator.stops.requested"]);
        Assert.Equal(1, readings["coordinator.stops.ended outcome=proved"]);
        Assert.Equal(
            (stop.EndedTime.ToDateTimeOffset() - stop.RequestedTime.ToDateTimeOffset()).TotalSeconds,
            readings["coordinator.stop.duration"]);
        Assert.All(
            (string[])["claimed", "running", "stopping", "stopped"],
            status => Assert.Equal(1, readings[$"coordinator.runs.moved status={status}"]));
        Assert.All(
            (string[])["stale", "unproved", "unfit"], reason => Assert.Equal(1, readings[$"coordinator.reports.refused reason={reason}"]));
        readings.Observe();
        Assert.Equal(1, readings["coordinator.runners.connected"]);
    }

    /// <summary>Without, an exporter has the buckets it has for milliseconds, and every stop in the first.</summary>
    [Fact]
    public async Task Histograms_AdviseBucketsFromAMillisecondToFiveMinutes()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        using Readings readings = new(coordinator.Services.GetRequiredService<IMeterFactory>());

        Instrument[] histograms = [.. readings.Instruments.Where(i => i.GetType().GetGenericTypeDefinition() == typeof(Histogram<>))];

        Assert.Equal(["coordinator.stop.duration"], histograms.Select(h => h.Name));
        Assert.All(histograms, histogram =>
        {
            Assert.Equal("s", histogram.Unit);
            IReadOnlyList<double>? bounds = ((Histogram<double>)histogram).Advice?.HistogramBucketBoundaries;
            Assert.NotNull(bounds);
            Assert.Equal((0.001, 300), (bounds[0], bounds[^1]));
            Assert.All(bounds.Zip(bounds.Skip(1)), pair => Assert.InRange(pair.Second / pair.First, 1.3, 2.5));
        });
    }

    /// <summary>What one coordinator's meter said; others in this process have meters of the same name.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly ConcurrentDictionary<string, double> _sums = [];

        public Readings(IMeterFactory meters)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == CoordinatorMetrics.MeterName && instrument.Meter.Scope == meters)
                {
                    Instruments.Add(instrument);
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public ConcurrentBag<Instrument> Instruments { get; } = [];

        public double this[string name] => _sums.GetValueOrDefault(name);

        public void Observe() => _listener.RecordObservableInstruments();

        public void Dispose() => _listener.Dispose();

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name;
            foreach (var (key, tag) in tags)
                name += $" {key}={tag}";
            _sums.AddOrUpdate(name, value, (_, sum) => sum + value);
        }
    }
}
