using Coordinator.Hosting;
using Coordinator.Privacy;

PrivateMemory.Close();
try
{
    CommandLine commandLine = CommandLine.Parse(args);
    if (commandLine.Help)
    {
        Console.WriteLine(CommandLine.Usage);
        return 0;
    }

    await using WebApplication coordinator = CoordinatorHost.Build(commandLine);
    await coordinator.StartOrStopAsync();
    coordinator.Services.GetRequiredService<Greeting>().Write(Console.Out, Greeting.WantsColour(Console.IsOutputRedirected));
    await coordinator.StopWhenAskedAsync();
    return coordinator.HasFailed() ? 1 : 0;
}
catch (Exception problem) when (StartFailure.Explain(problem) is { } failure)
{
    foreach (string sentence in failure.Sentences)
        Console.Error.WriteLine(sentence);
    return failure.ExitCode;
}
