using Coordinator.Bench;

try
{
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
