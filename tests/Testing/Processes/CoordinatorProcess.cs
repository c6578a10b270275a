using Coordinator.Testing.Waiting;
using Grpc.Net.Client;

namespace Coordinator.Testing.Processes;

/// <summary>The coordinator as a real process, on ports of its own.</summary>
public sealed class CoordinatorProcess : ProgramProcess
{
    private readonly CoordinatorSettings _settings;
    private GrpcChannel? _channel;

    private CoordinatorProcess(CoordinatorSettings settings)
        : base(settings.Program, settings.Arguments, settings.WorkingDirectory, Configuration(settings)) =>
        _settings = settings;

    /// <summary>For the dashboard and gRPC-Web.</summary>
    public Uri WebAddress { get; private set; } = null!;

    /// <summary>For runners and gRPC tools.</summary>
    public Uri GrpcAddress { get; private set; } = null!;

    /// <summary>A channel to it; gone with it.</summary>
    public GrpcChannel Channel => _channel ??= GrpcChannel.ForAddress(GrpcAddress);

    public Proto.SessionService.SessionServiceClient Sessions => new(Channel);

    public Proto.RunService.RunServiceClient Runs => new(Channel);

    public Proto.FleetService.FleetServiceClient Fleet => new(Channel);

    /// <summary>To start it again after its end, with the same data and at the same addresses.</summary>
    public CoordinatorSettings Again => _settings with
    {
        WebUrl = WebAddress.GetLeftPart(UriPartial.Authority),
        GrpcUrl = GrpcAddress.GetLeftPart(UriPartial.Authority),
    };

    /// <summary>Starts a coordinator with its data below the test's directory.</summary>
    public static Task<CoordinatorProcess> StartAsync(TestFiles files) =>
        StartAsync(new CoordinatorSettings { WorkingDirectory = files.CreateDirectory("coordinator") });

    /// <summary>Starts a coordinator, and returns when it says that it is ready.</summary>
    public static async Task<CoordinatorProcess> StartAsync(CoordinatorSettings settings)
    {
        var coordinator = new CoordinatorProcess(settings);
        try
        {
            coordinator.WebAddress = await coordinator.WaitForAddressAsync("Dashboard");
            coordinator.GrpcAddress = await coordinator.WaitForAddressAsync("gRPC");
            return coordinator;
        }
        catch
        {
            await coordinator.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a coordinator and does not wait for anything; it has no addresses.</summary>
    public static CoordinatorProcess Launch(CoordinatorSettings settings) => new(settings);

    /// <summary>Waits until the runner of this name is connected.</summary>
    public async Task<Proto.Runner> WaitForRunnerAsync(string name)
    {
        var runners = await Eventually.Get(
            async () => (await Fleet.ListRunnersAsync(new Proto.ListRunnersRequest())).Runners,
            runners => runners.Any(IsOnline),
            what: $"the runner '{name}' on line");
        return runners.First(IsOnline);

        bool IsOnline(Proto.Runner runner) => runner.Name == name && runner.Status == Proto.RunnerStatus.Online;
    }

    protected override Task EndAsync()
    {
        _channel?.Dispose();
        return base.EndAsync();
    }

    private static Dictionary<string, string> Configuration(CoordinatorSettings settings) => new(settings.Environment)
    {
        ["Kestrel__Endpoints__Web__Url"] = settings.WebUrl,
        ["Kestrel__Endpoints__Grpc__Url"] = settings.GrpcUrl,
    };

    /// <summary>The greeting has a line for each: its name, spaces, its address.</summary>
    private async Task<Uri> WaitForAddressAsync(string name)
    {
        var line = await WaitForLineAsync(IsAddress, $"the address of '{name}'");
        return new Uri(Words(line)[1]);

        bool IsAddress(string line) =>
            Words(line) is [var first, var second] && first == name && second.StartsWith("http", StringComparison.Ordinal);

        static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
