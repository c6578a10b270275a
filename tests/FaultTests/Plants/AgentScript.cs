namespace Coordinator.FaultTests.Plants;

/// <summary>Agents as one meets them: they heed signals or not, have children that leave their session, and end when they like.</summary>
internal static class AgentScript
{
    private static readonly string[] Behaviours =
    [
        "sleep 300",
        "sleep 300 & sleep 300 & wait",
        "trap '' TERM; sleep 300 & while :; do sleep 1; done",
        "setsid sh -c 'sleep 300' & setsid sh -c 'trap \"\" TERM; while :; do sleep 1; done' & sleep 300",
        "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.05; done",
        "(setsid sleep 300 &); sleep 0.5; exit 0",
        "sleep 1; exit 0",
        "sleep 0.3; exit 3",
    ];

    /// <summary>The last two, and the one before, end by themselves.</summary>
    public static string Any(Random random, string marks) => Marking(marks, Behaviours[random.Next(Behaviours.Length)]);

    /// <summary>Lives until it is stopped, and heeds SIGTERM.</summary>
    public static string Patient(string marks) => Marking(marks, Behaviours[1]);

    private static string Marking(string marks, string behaviour) => $"echo $$ >> '{marks}'/$COORDINATOR_RUN_ID; {behaviour}";
}
