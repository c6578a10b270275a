using System.Reflection;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using Grpc.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Coordinator.Grpc;

/// <summary>
/// Server reflection that shows operators what every call and field means. Generated code carries descriptors without
/// comments; the contracts also embed a set with them, and that is what this serves, over both versions of the protocol.
/// </summary>
internal static class CommentedReflection
{
    private const string DescriptorSet = "coordinator.v1.descriptors";

    public static IServiceCollection AddCommentedReflection(this IServiceCollection services)
    {
        FileDescriptor[] commented = [.. Load()];
        ServiceDescriptor[] offered =
        [
            .. commented.SelectMany(f => f.Services),
            Health.Descriptor,
            global::Grpc.Reflection.V1.ServerReflection.Descriptor,
            global::Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
        ];
        // The details of errors are known too, so that tools can show them as more than bytes.
        SymbolRegistry symbols = SymbolRegistry.FromFiles([.. commented, .. offered.Select(s => s.File), Google.Rpc.ErrorDetailsReflection.Descriptor]);
        string[] names = [.. offered.Select(s => s.FullName)];
        services.AddSingleton(new ReflectionV1ServiceImpl(names, symbols));
        services.AddSingleton(new ReflectionServiceImpl(names, symbols));
        return services;
    }

    public static void MapCommentedReflection(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<ReflectionV1ServiceImpl>();
        endpoints.MapGrpcService<ReflectionServiceImpl>();
    }

    /// <summary>The contracts' files with their imports. A set lists imports before what imports them, as building wants it.</summary>
    private static IReadOnlyList<FileDescriptor> Load()
    {
        Assembly contracts = typeof(Proto.Session).Assembly;
        using Stream stream = contracts.GetManifestResourceStream(DescriptorSet)
            ?? throw new InvalidOperationException($"{contracts.GetName().Name} does not embed {DescriptorSet}.");
        return FileDescriptor.BuildFromByteStrings(FileDescriptorSet.Parser.ParseFrom(stream).File.Select(f => f.ToByteString()));
    }
}
