using Coordinator.Bench;
using Coordinator.Bench.Bare;

try
{
    if (await BareProgram.TryRunAsync(args))
        return 0;

    BenchOptions options = BenchOptions.Parse(args);
    if (options.Help)
    {
        Console.WriteLine(BenchOptions.Usage(Scenarios.All));
        return 0;
    }

    return await BenchRun.RunAsync(options, Scenarios.Named(options.Names));
}
catch (BenchException problem)
{
    Console.Error.WriteLine(problem.Message);
    return 2;
}
catch (Exception problem)
{
    Console.Error.WriteLine($"Something could not be measured: {problem}");
    return 2;
}
