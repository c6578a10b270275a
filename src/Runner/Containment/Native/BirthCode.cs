using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Coordinator.AgentRunner.Containment.Native;

/// <summary>
/// The code that a new process runs between its clone and its program. It is the processor's own, as no managed code may run there:
/// the copy has a single thread, and a runtime that was about to collect garbage when it was made would wait for ever, in the copy,
/// for threads that only the original has. It makes the calls of the system that a list names, one after the other.
/// </summary>
/// <remarks>
/// In C, with <c>syscall</c> as the bare instruction:
/// <code>
/// long run(struct clone_args *clone, size_t size, struct call *call) {
///   long process = syscall(SYS_clone3, clone, size);
///   if (process != 0) return process;
///   for (;;) {
///     long result = syscall(call->number, call->arguments[0], …, call->arguments[5]);
///     if (result >= 0 || !call->otherwise) { call++; continue; }
///     write_three_digits(call->digits, -result);
///     call = call->otherwise;
///   }
/// }
/// </code>
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class BirthCode
{
    private const nuint PageSize = 4096;

    private static readonly delegate* unmanaged<CloneArguments*, nint, Call*, nint> s_run = Map();

    /// <summary>Whether there is code for this processor, and the system lets it be run.</summary>
    public static bool IsAvailable => s_run is not null;

    private static ReadOnlySpan<byte> X64 =>
    [
        0xf3, 0x0f, 0x1e, 0xfa,             //             endbr64
        0x53,                               //             push rbx
        0x48, 0x89, 0xd3,                   //             mov  rbx, rdx
        0xb8, 0xb3, 0x01, 0x00, 0x00,       //             mov  eax, 435            clone3
        0x0f, 0x05,                         //             syscall
        0x48, 0x85, 0xc0,                   //             test rax, rax
        0x74, 0x06,                         //             jz   call
        0x5b,                               //             pop  rbx
        0xc3,                               //             ret
        0x48, 0x83, 0xc3, 0x48,             // following:  add  rbx, 72             sizeof(Call)
        0x48, 0x8b, 0x03,                   // call:       mov  rax, [rbx]
        0x48, 0x8b, 0x7b, 0x08,             //             mov  rdi, [rbx+8]
        0x48, 0x8b, 0x73, 0x10,             //             mov  rsi, [rbx+16]
        0x48, 0x8b, 0x53, 0x18,             //             mov  rdx, [rbx+24]
        0x4c, 0x8b, 0x53, 0x20,             //             mov  r10, [rbx+32]
        0x4c, 0x8b, 0x43, 0x28,             //             mov  r8, [rbx+40]
        0x4c, 0x8b, 0x4b, 0x30,             //             mov  r9, [rbx+48]
        0x0f, 0x05,                         //             syscall
        0x48, 0x85, 0xc0,                   //             test rax, rax
        0x79, 0xda,                         //             jns  following
        0x48, 0x8b, 0x4b, 0x38,             //             mov  rcx, [rbx+56]       Otherwise
        0x48, 0x85, 0xc9,                   //             test rcx, rcx
        0x74, 0xd1,                         //             jz   following
        0x48, 0x8b, 0x73, 0x40,             //             mov  rsi, [rbx+64]       Digits
        0x48, 0x89, 0xcb,                   //             mov  rbx, rcx
        0x48, 0xf7, 0xd8,                   //             neg  rax
        0xbf, 0x0a, 0x00, 0x00, 0x00,       //             mov  edi, 10
        0x31, 0xd2,                         //             xor  edx, edx
        0xf7, 0xf7,                         //             div  edi
        0x80, 0xc2, 0x30,                   //             add  dl, '0'
        0x88, 0x56, 0x02,                   //             mov  [rsi+2], dl
        0x31, 0xd2,                         //             xor  edx, edx
        0xf7, 0xf7,                         //             div  edi
        0x80, 0xc2, 0x30,                   //             add  dl, '0'
        0x88, 0x56, 0x01,                   //             mov  [rsi+1], dl
        0x04, 0x30,                         //             add  al, '0'
        0x88, 0x06,                         //             mov  [rsi], al
        0xeb, 0xac,                         //             jmp  call
    ];

    /// <summary>Makes the new process; returns in this process alone, with the child's id or an error's number below zero.</summary>
    public static nint Run(CloneArguments* clone, Call* calls) => s_run(clone, sizeof(CloneArguments), calls);

    /// <summary>The code in memory that is first written and then executed, never both; null if there is none.</summary>
    private static delegate* unmanaged<CloneArguments*, nint, Call*, nint> Map()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
            return null;
        void* page = Libc.Map(null, PageSize, Libc.ReadAccess | Libc.WriteAccess, Libc.PrivateMap | Libc.AnonymousMap, -1, 0);
        if ((nint)page == -1)
            return null;
        X64.CopyTo(new Span<byte>(page, (int)PageSize));
        return Libc.Protect(page, PageSize, Libc.ReadAccess | Libc.ExecuteAccess) == 0
            ? (delegate* unmanaged<CloneArguments*, nint, Call*, nint>)page
            : null;
    }

    /// <summary>One call of the system.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Call(nint number, nint first = 0, nint second = 0, nint third = 0, nint fourth = 0)
    {
        public nint Number = number;
        public nint First = first;
        public nint Second = second;
        public nint Third = third;
        public nint Fourth = fourth;
        public nint Fifth;
        public nint Sixth;

        /// <summary>The call to go on with if this one fails; null to go on all the same.</summary>
        public Call* Otherwise;

        /// <summary>Where the error's number is written then, as three digits.</summary>
        public byte* Digits;
    }

    /// <summary>What <c>clone3</c> is given, in its second version.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CloneArguments
    {
        public ulong Flags;
        public ulong ProcessDescriptor;
        public ulong ChildThread;
        public ulong ParentThread;
        public ulong ExitSignal;
        public ulong Stack;
        public ulong StackSize;
        public ulong ThreadStorage;
        public ulong SetThread;
        public ulong SetThreadSize;
        public ulong Cgroup;
    }
}
