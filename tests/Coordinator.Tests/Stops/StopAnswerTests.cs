using Google.Protobuf.Reflection;

namespace Coordinator.Tests.Stops;

public sealed class StopAnswerTests
{
    /// <summary>One mapping makes both of them, by their bytes.</summary>
    [Fact]
    public void Responses_OfBothStops_HaveTheSameFields()
    {
        static IEnumerable<(int, string, FieldType, bool, DescriptorBase?)> Fields(MessageDescriptor message) => message.Fields.InFieldNumberOrder()
            .Select(f => (f.FieldNumber, f.Name, f.FieldType, f.IsRepeated, Type(f)));

        Assert.Equal(Fields(Proto.StopSessionResponse.Descriptor), Fields(Proto.StopRunResponse.Descriptor));
    }

    private static DescriptorBase? Type(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message => field.MessageType,
        FieldType.Enum => field.EnumType,
        _ => null,
    };
}
