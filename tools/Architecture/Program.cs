using Coordinator.Architecture;

// Prints which folders of an assembly know which, and in how many pairs of types; those of a cycle stand one after the other.
if (args is not [string file, string rootNamespace])
{
    Console.Error.WriteLine("""
        dotnet run --project tools/Architecture -- ASSEMBLY ROOT-NAMESPACE
        For example: src/Runner/bin/Debug/net10.0/coordinator-runner.dll Coordinator.AgentRunner
        """);
    return 2;
}

ReferenceGraph graph = ReferenceGraph.Read(file, rootNamespace);
FolderGraph folders = new(graph);
Console.WriteLine($"# {graph.Assembly}: each folder after those that it knows\n\n| folder | types | knows |\n|---|---|---|");
foreach (string folder in folders.Components.SelectMany(component => component))
{
    int types = graph.Types.Count(type => graph.Root.FolderOf(type) == folder);
    IEnumerable<string> known = folders.Of(folder).Select(other => $"{other} {folders.PairsBetween(folder, other)}");
    Console.WriteLine($"| {folder} | {types} | {string.Join(", ", known)} |");
}

Console.WriteLine($"\nCycles: {(folders.Cycles.Any() ? "" : "none")}");
foreach (IReadOnlyList<string> cycle in folders.Cycles)
    Console.WriteLine($"- {string.Join(", ", cycle)}");
return 0;
