namespace Coordinator.Model;

/// <summary>Something whose stored changes are counted, so that a decision that rests on an older state of it is found out.</summary>
internal interface IVersioned
{
    /// <summary>0 when it was made; one more with each commit that changed it.</summary>
    long Version { get; set; }
}
