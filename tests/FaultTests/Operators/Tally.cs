namespace Coordinator.FaultTests.Operators;

/// <summary>What an operator has asked for, and what it was answered.</summary>
/// <param name="StopsTooLate">Stops that were refused because the run had ended by itself.</param>
internal readonly record struct Tally(int StartsAsked, int Starts, int StopsAsked, int Stops, int StopsTooLate)
{
    /// <summary>What was done since.</summary>
    public static Tally operator -(Tally now, Tally then) => new(
        now.StartsAsked - then.StartsAsked,
        now.Starts - then.Starts,
        now.StopsAsked - then.StopsAsked,
        now.Stops - then.Stops,
        now.StopsTooLate - then.StopsTooLate);

    public override string ToString() =>
        $"{Starts} starts ({StartsAsked} asked for), {Stops} stops ({StopsAsked} asked for, {StopsTooLate} too late)";
}
