using System.Globalization;
using System.Text.Json;
using Coordinator.Testing;

namespace Coordinator.Bench.Reporting;

/// <summary>Writes measurements for people or for programs.</summary>
internal static class Report
{
    public static void WriteJson(TextWriter output, Measurement measured) => output.WriteLine(JsonSerializer.Serialize(new
    {
        name = measured.Name,
        value = Math.Round(measured.Value, 3),
        unit = measured.Unit,
        floor = measured.Floor,
        ratio = measured.Ratio,
        bar = measured.Bar,
        met = measured.IsMet,
    }));

    public static void WriteTable(TextWriter output, IReadOnlyList<Measurement> measured)
    {
        output.WriteLine($"Machine: {Machine()}");
        output.WriteLine();
        int width = measured.Select(m => m.Words.Length).DefaultIfEmpty().Max();
        foreach (Measurement one in measured)
        {
            string floor = one.Floor is { } value ? $"  floor {Number(value)} {one.Unit}, {Number(one.Ratio!.Value)} times" : "";
            string bar = one.Floor is null ? $"{Number(one.Bar)} {one.Unit}" : $"{Number(one.Bar)} times";
            output.WriteLine($"{(one.IsMet ? "met   " : "MISSED")}  {one.Words.PadRight(width)}  {Number(one.Value),9} {one.Unit,-3}{floor}  {(one.IsAtLeast ? "at least" : "at most")} {bar}  {one.Note}".TrimEnd());
        }
    }

    private static string Number(double value) =>
        value.ToString(value >= 100 ? "N0" : value >= 10 ? "N1" : "N2", CultureInfo.InvariantCulture);

    private static string Machine()
    {
        string cpu = File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? ""
            : "";
        return $"{Environment.ProcessorCount} × {cpu}, {Environment.OSVersion.VersionString}, .NET {Environment.Version}, commit {Commit()}";
    }

    private static string Commit()
    {
        string head = Path.Combine(Repository.Root, ".git", "HEAD");
        if (!File.Exists(head))
            return "unknown";
        string text = File.ReadAllText(head).Trim();
        string named = Path.Combine(Repository.Root, ".git", text.Replace("ref: ", "", StringComparison.Ordinal));
        return (text.StartsWith("ref: ", StringComparison.Ordinal) && File.Exists(named) ? File.ReadAllText(named) : text)[..10];
    }
}
