using Coordinator.Model;

namespace Coordinator.Upkeep;

/// <summary>
/// Looks once a second for what is due. One deadline that cannot be met, because nothing can be written for example, does
/// not keep the others from being met.
/// </summary>
internal sealed partial class Deadlines(IEnumerable<IDeadline> deadlines, TimeProvider time, ILogger<Deadlines> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>What was last said of each that could not be met: a full disk is worth a line, not a line every second.</summary>
    private readonly Dictionary<IDeadline, string> _told = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (IDeadline deadline in deadlines)
                await MeetAsync(deadline);
        }
    }

    private async Task MeetAsync(IDeadline deadline)
    {
        try
        {
            await deadline.MeetAsync();
            _told.Remove(deadline);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            if (_told.GetValueOrDefault(deadline) == exception.Message)
                return;
            _told[deadline] = exception.Message;
            LogNotDone(exception is CoordinatorException ? null : exception, exception.Message);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "What is due could not be done and is tried again: {Message}")]
    private partial void LogNotDone(Exception? exception, string message);
}
