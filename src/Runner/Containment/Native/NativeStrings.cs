using System.Runtime.InteropServices;
using System.Text;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>An array of C strings with a null at its end, as <c>argv</c> and <c>envp</c> want it.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte** _pointers;
    private readonly int _count;

    public NativeStrings(IReadOnlyList<string> values)
    {
        _count = values.Count;
        _pointers = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++)
        {
            var length = Encoding.UTF8.GetByteCount(values[i]);
            var text = (byte*)NativeMemory.Alloc((nuint)length + 1);
            Encoding.UTF8.GetBytes(values[i], new Span<byte>(text, length));
            text[length] = 0;
            _pointers[i] = text;
        }
    }

    public byte** Pointers => _pointers;

    /// <summary>The length of one of them, in bytes.</summary>
    public int LengthOf(int index) => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_pointers[index]).Length;

    public void Dispose()
    {
        for (var i = 0; _pointers is not null && i < _count; i++)
        {
            NativeMemory.Free(_pointers[i]);
        }

        NativeMemory.Free(_pointers);
        _pointers = null;
    }
}
