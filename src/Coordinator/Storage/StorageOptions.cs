using System.ComponentModel.DataAnnotations;

namespace Coordinator.Storage;

/// <summary>Where the state is kept. Settings of the section <c>Coordinator</c>.</summary>
internal sealed class StorageOptions
{
    /// <summary>
    /// The directory of the database and its lock. A relative one is taken from where the coordinator is started, so that
    /// every project has its own. Created, for its owner alone, if it does not exist.
    /// </summary>
    [Required]
    public string DataDirectory { get; set; } = ".coordinator";
}
