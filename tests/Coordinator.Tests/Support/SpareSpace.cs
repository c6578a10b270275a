using Coordinator.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Coordinator.Tests.Support;

/// <summary>
/// The space that is kept free on a disk that a test fills: giving it up makes room, and it is not there again by itself.
/// </summary>
internal sealed class SpareSpace(FullDisk disk) : ISpareSpace
{
    private volatile bool _hasRoom = true;

    /// <summary>Whether there is so much room on the disk.</summary>
    public bool HasRoom
    {
        set => _hasRoom = value;
    }

    public long Size => 1024 * 1024;

    public void AddTo(IServiceCollection services) => services.AddSingleton<ISpareSpace>(this);

    public bool TryHold() => _hasRoom;

    public void Release() => (disk.IsFull, _hasRoom) = (false, false);
}
