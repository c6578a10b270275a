namespace Coordinator.Upkeep;

/// <summary>Something that becomes due as time goes by. What is due is found in the database, so a restart forgets none of it.</summary>
internal interface IDeadline
{
    /// <summary>Does what is due now; called once a second. What fails stays due.</summary>
    Task MeetAsync();
}
