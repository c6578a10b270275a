namespace Coordinator.Model;

/// <summary>Why a report changed nothing.</summary>
internal enum ReportRefusal
{
    /// <summary>It did not, or it had been taken in before.</summary>
    None,

    /// <summary>It is of a run that the runner does not have, or not under this claim any more.</summary>
    Stale,

    /// <summary>It does not fit what the run is doing, for example because the run has ended.</summary>
    Unfit,

    /// <summary>It is of an end that left processes alive.</summary>
    Unproved,
}
