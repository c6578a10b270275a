using Coordinator.Storage;

namespace Coordinator.Tests.Storage;

public sealed class LedgerQueueTests
{
    private readonly LedgerQueue _queue = new();

    [Fact]
    public void Take_GivesTheHighestLaneFirst_AndEachInItsOrder()
    {
        LedgerOperation[] ordinary = [Add(LedgerLane.Ordinary), Add(LedgerLane.Ordinary)];
        LedgerOperation[] bulk = [Add(LedgerLane.Bulk)];
        LedgerOperation[] urgent = [Add(LedgerLane.Urgent), Add(LedgerLane.Urgent)];

        Assert.Equal([.. urgent, .. bulk], TakeAll(LedgerLane.Bulk));
        Assert.Equal(ordinary, TakeAll(LedgerLane.Ordinary));
    }

    /// <summary>Reports of one connection are operations of one lane, and none may overtake another.</summary>
    [Fact]
    public void PutBack_OfTheRestOfABatch_KeepsTheOrderOfEachLane()
    {
        LedgerOperation first = Add(LedgerLane.Ordinary), second = Add(LedgerLane.Ordinary), third = Add(LedgerLane.Ordinary);
        LedgerOperation bulk = Add(LedgerLane.Bulk);
        Assert.Equal([bulk, first], [Take(), Take()]);

        _queue.PutBack(first, bulk);
        LedgerOperation later = Add(LedgerLane.Bulk);

        Assert.Equal([bulk, later, first, second, third], TakeAll(LedgerLane.Ordinary));
    }

    [Fact]
    public void HasAheadOf_LooksAtHigherLanesAlone()
    {
        Add(LedgerLane.Bulk);

        Assert.True(_queue.HasAheadOf(LedgerLane.Ordinary));
        Assert.False(_queue.HasAheadOf(LedgerLane.Bulk));
        Assert.False(_queue.HasAheadOf(LedgerLane.Urgent));
    }

    [Fact]
    public void Close_TakesNothingMoreIn_AndGivesWhatWaits()
    {
        LedgerOperation waiting = Add(LedgerLane.Ordinary);

        _queue.Close();

        Assert.True(_queue.IsClosed);
        Assert.False(_queue.TryAdd(New(LedgerLane.Urgent)));
        Assert.Equal([waiting], TakeAll(LedgerLane.Ordinary));
    }

    private static LedgerOperation<bool> New(LedgerLane lane) => new([], _ => ValueTask.FromResult(true), failed: null, lane);

    private LedgerOperation<bool> Add(LedgerLane lane)
    {
        LedgerOperation<bool> operation = New(lane);
        Assert.True(_queue.TryAdd(operation));
        return operation;
    }

    private LedgerOperation Take()
    {
        Assert.True(_queue.TryTake(LedgerLane.Ordinary, out LedgerOperation? next));
        return next;
    }

    private List<LedgerOperation> TakeAll(LedgerLane lowest)
    {
        List<LedgerOperation> taken = [];
        while (_queue.TryTake(lowest, out LedgerOperation? next))
            taken.Add(next);
        return taken;
    }
}
