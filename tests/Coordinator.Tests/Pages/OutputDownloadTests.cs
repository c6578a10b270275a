using System.Diagnostics.Metrics;
using System.Net;
using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;

namespace Coordinator.Tests.Pages;

public sealed class OutputDownloadTests
{
    private const string Route = "/sessions/{session_id}/output.txt";

    [Theory]
    [InlineData(
        "", "out 1\nerr 1\n[12 lines skipped]\nout 2 [7 bytes cut] [600 bytes overwritten]\n\nend: \u00e4\ud83d\ude00\n", "-output")]
    [InlineData("?stream=stdout", "out 1\nout 2 [7 bytes cut] [600 bytes overwritten]\n\nend: \u00e4\ud83d\ude00\n", "-stdout")]
    [InlineData("?stream=stderr", "err 1\n[12 lines skipped]\n", "-stderr")]
    public async Task Download_HasTheLinesAsTheyCame(string query, string expected, string suffix)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        await runner.EventsAsync(start,
            ScriptedRunner.Line("out 1"),
            ScriptedRunner.Said("not a line"),
            ScriptedRunner.Line("err 1", Proto.OutputStream.Stderr),
            new() { Output = new() { Stream = Proto.OutputStream.Stderr, SkippedLines = 12 } },
            new() { Output = new() { Stream = Proto.OutputStream.Stdout, Text = "out 2", TruncatedBytes = 7, OverwrittenBytes = 600 } });
        await runner.NextAckAsync();
        await runner.OutputAsync(start, "", "end: \u00e4\ud83d\ude00");
        await runner.NextAckAsync();

        using HttpClient client = new();
        using HttpResponseMessage response = await client.GetAsync(
            Url(coordinator, session.SessionId) + query, TestContext.Current.CancellationToken).WithTimeout();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("text/plain; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal($"attachment; filename=\"{session.SessionId}{suffix}.txt\"", response.Content.Headers.ContentDisposition?.ToString());
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("ses_00000000000000000000000000", "", HttpStatusCode.NotFound, "There is no session ses_00000000000000000000000000.")]
    [InlineData("run_0", "", HttpStatusCode.BadRequest, "session_id must be an id of the form ses_")]
    [InlineData("ses_%0d%0aSet-Cookie:x", "", HttpStatusCode.BadRequest, "session_id must be an id of the form ses_")]
    [InlineData("ses_0", "?stream=both", HttpStatusCode.BadRequest, "stream must be stdout or stderr")]
    [InlineData("ses_0", "?stream=stdout&stream=stderr", HttpStatusCode.BadRequest, "stream must be stdout or stderr")]
    public async Task Download_OfWhatThereIsNot_SaysSoInASentence(string id, string query, HttpStatusCode status, string sentence)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        using HttpClient client = new();
        using HttpResponseMessage response = await client.GetAsync(
            Url(coordinator, id) + query, TestContext.Current.CancellationToken).WithTimeout();

        Assert.Equal((status, "text/plain"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Null(response.Content.Headers.ContentDisposition);
        Assert.StartsWith(
            sentence, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Download_WhoseCallerLeaves_Ends()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string id = await StartWithMuchOutputAsync(coordinator);
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using MeterListener requests = ListenToEnds(ended);
        using HttpClient client = new();
        HttpResponseMessage response = await client.GetAsync(
            Url(coordinator, id), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WithTimeout();
        Assert.False(ended.Task.IsCompleted, "The output is too small for this test: it was sent before anybody read it.");

        response.Dispose();

        await ended.Task.WithTimeout();
    }

    [Fact]
    public async Task Download_InTheShutdown_DoesNotHoldItUpAndDoesNotLookComplete()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        string id = await StartWithMuchOutputAsync(coordinator);
        using HttpClient client = new();
        using HttpResponseMessage response = await client.GetAsync(
            Url(coordinator, id), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).WithTimeout();

        PromisedTime time = PromisedTime.Start();
        await coordinator.StopAsync();

        time.Assert(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAnyAsync<Exception>(
            () => response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken).WithTimeout());
        await coordinator.StartAgainAsync();
    }

    private static string Url(RunningCoordinator coordinator, string id) =>
        coordinator.WebUrl + Route.Replace("{session_id}", id, StringComparison.Ordinal);

    /// <summary>More than the buffers between two ends of a connection take.</summary>
    private static async Task<string> StartWithMuchOutputAsync(RunningCoordinator coordinator)
    {
        await using ScriptedRunner runner = await ScriptedRunner.ConnectAsync(coordinator);
        var (session, start) = await coordinator.StartRunningAsync(runner);
        string line = new('x', 32 * 1024);
        for (int i = 0; i < 24; i++)
            await runner.OutputAsync(start, Enumerable.Repeat(line, 64));
        await Eventually.Get(
            async () =>
                (await coordinator.Sessions.ListSessionEventsAsync(new() { SessionId = session.SessionId, PageSize = 1 })).NewestSequence,
            newest => newest == 2 + (24 * 64));
        return session.SessionId;
    }

    private static MeterListener ListenToEnds(TaskCompletionSource ended)
    {
        MeterListener listener = new()
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "http.server.request.duration")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            foreach (var (name, value) in tags)
            {
                if (name == "http.route" && value is Route)
                    ended.TrySetResult();
            }
        });
        listener.Start();
        return listener;
    }
}
