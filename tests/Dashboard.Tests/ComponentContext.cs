using Bunit;
using Coordinator.Client.Sessions;
using Coordinator.Dashboard.Messages;
using Coordinator.Dashboard.Stops;
using Coordinator.Testing.Calls;
using Coordinator.Testing.Samples;
using Coordinator.Testing.Waiting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Coordinator.Dashboard.Tests;

/// <summary>A page's parts as they are, on a scripted coordinator, in a browser that does nothing.</summary>
public abstract class ComponentContext : BunitContext
{
    /// <summary>What an agent may call itself to break a page: markup, and letters that turn the text around.</summary>
    protected const string Hostile = "<img src=x onerror=alert(1)>\u202Egnp.exe";

    protected const string Harmless = "<img src=x onerror=alert(1)>⟨U+202E⟩gnp.exe";

    static ComponentContext() => DefaultWaitTimeout = Timeouts.Default;

    protected ComponentContext()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        JSInterop.SetupModule("./js/shell.js").Mode = JSRuntimeMode.Loose;
        Services.AddSingleton<TimeProvider>(Time);
        Services.AddSingleton(new Random(1));
        Services.AddSingleton<CallInvoker>(Calls);
        Services.AddSingleton(new Proto.SessionService.SessionServiceClient(Calls));
        Services.AddSingleton(new Proto.RunService.RunServiceClient(Calls));
        Services.AddSingleton(new Proto.FleetService.FleetServiceClient(Calls));
        Services.AddDashboard();
    }

    private protected FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddDays(1));

    private protected ScriptedCalls Calls { get; } = new();

    private protected SessionsStore Store => Services.GetRequiredService<SessionsStore>();

    private protected StopPrompt Prompt => Services.GetRequiredService<StopPrompt>();

    private protected IReadOnlyList<string> Said => [.. Services.GetRequiredService<Announcements>().Current.Select(a => a.Text)];

    /// <summary>What the watch has told.</summary>
    protected void Watched(params IEnumerable<Proto.Session> sessions)
    {
        ValueTask received = Store.Receive(SampleSessions.Whole(1, sessions));
        Assert.True(received.IsCompletedSuccessfully);
    }

    protected Timestamp Ago(double seconds) => Timestamp.FromDateTimeOffset(Time.GetUtcNow().AddSeconds(-seconds));
}
