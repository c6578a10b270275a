using Coordinator.Testing.Waiting;
using Coordinator.Tests.Support;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using V1 = Grpc.Reflection.V1;
using V1Alpha = Grpc.Reflection.V1Alpha;

namespace Coordinator.Tests.Grpc;

public sealed class CommentedReflectionTests
{
    [Fact]
    public async Task Descriptors_CarryTheCommentsOfTheContract()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        FileDescriptorProto file = (await FilesWithAsync(coordinator, "coordinator.v1.SessionService.StopSession"))
            .Single(f => f.Name == "coordinator/v1/session_service.proto");

        // 6 is `service`, 2 is `method`: the place of the comment in the file.
        int stop = file.Service[0].Method.Select(m => m.Name).ToList().IndexOf("StopSession");
        SourceCodeInfo.Types.Location comment = file.SourceCodeInfo.Location.Single(l => l.Path.SequenceEqual([6, 0, 2, stop]));
        Assert.Contains("NOT_FOUND SESSION_NOT_FOUND", comment.LeadingComments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("google.protobuf.Timestamp", "google/protobuf/timestamp.proto")]
    [InlineData("google.rpc.ErrorInfo", "google/rpc/error_details.proto")]
    [InlineData("grpc.health.v1.Health", "health.proto")]
    [InlineData("coordinator.v1.RunnerService", "coordinator/v1/runner_service.proto")]
    public async Task Symbol_IsFoundWithAllItsImports(string symbol, string expected)
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();

        FileDescriptorProto[] files = await FilesWithAsync(coordinator, symbol);

        string[] names = [.. files.Select(f => f.Name)];
        Assert.Contains(expected, names);
        Assert.Empty(files.SelectMany(f => f.Dependency).Except(names));
    }

    [Fact]
    public async Task BothVersions_ListEveryService()
    {
        await using RunningCoordinator coordinator = await RunningCoordinator.StartAsync();
        using var v1 = new V1.ServerReflection.ServerReflectionClient(coordinator.Channel).ServerReflectionInfo();
        using var v1Alpha = new V1Alpha.ServerReflection.ServerReflectionClient(coordinator.Channel).ServerReflectionInfo();

        await v1.RequestStream.WriteAsync(
            new V1.ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken).WithTimeout();
        await v1Alpha.RequestStream.WriteAsync(
            new V1Alpha.ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken).WithTimeout();
        Assert.True(await v1.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());
        Assert.True(await v1Alpha.ResponseStream.MoveNext(TestContext.Current.CancellationToken).WithTimeout());

        string[] services =
        [
            "coordinator.v1.AuditService", "coordinator.v1.FleetService", "coordinator.v1.RunService", "coordinator.v1.RunnerService",
            "coordinator.v1.SessionService", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection",
            "grpc.reflection.v1alpha.ServerReflection",
        ];
        Assert.Equal(services, v1.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.Equal(
            services, v1Alpha.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).Order(StringComparer.Ordinal));
    }

    private static async Task<FileDescriptorProto[]> FilesWithAsync(RunningCoordinator coordinator, string symbol)
    {
        using var call = new V1.ServerReflection.ServerReflectionClient(coordinator.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new V1.ServerReflectionRequest { FileContainingSymbol = symbol }).WithTimeout();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).WithTimeout());
        return [.. call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto.Select(Parse)];
    }

    private static FileDescriptorProto Parse(ByteString bytes) => FileDescriptorProto.Parser.ParseFrom(bytes);
}
