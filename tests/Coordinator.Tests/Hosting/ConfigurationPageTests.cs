using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Coordinator.Hosting;
using Coordinator.Testing;
using Coordinator.Testing.Documents;
using Microsoft.Extensions.Configuration;

namespace Coordinator.Tests.Hosting;

/// <summary>docs/configuration.md says of every setting of the coordinator what it is, and of no other.</summary>
public sealed class ConfigurationPageTests
{
    [Fact]
    public void Options_AreAllOnThePage_WithTheirDefaultsAndRanges()
    {
        ConfigurationPage.Describes(SettingsBinding.Section,
        [
            .. from feature in SettingsBinding.Features
               let defaults = Activator.CreateInstance(feature)
               from property in feature.GetProperties()
               select new SettingLine(
                   $"{SettingsBinding.Section}:{property.Name}",
                   SettingLine.NameOf(property.PropertyType),
                   SettingLine.Write(property.GetValue(defaults)),
                   RangeOf(property)),
        ]);
    }

    [Fact]
    public void ShippedSettings_AreOnThePage_WithTheirValues()
    {
        IConfiguration shipped = new ConfigurationBuilder().AddJsonFile(Repository.At("src", "Coordinator", "appsettings.json")).Build();

        ConfigurationPage.Has(
        [
            .. shipped.GetSection("Kestrel:Endpoints").GetChildren()
                .Select(endpoint => new SettingLine($"{endpoint.Path}:Url", "text", SettingLine.Write(endpoint["Url"]), "an address")),
            new SettingLine("AllowedHosts", "text", SettingLine.Write(shipped["AllowedHosts"]), ""),
            new SettingLine("Logging:LogLevel:Default", "text", SettingLine.Write(shipped["Logging:LogLevel:Default"]), "a level"),
        ]);
    }

    private static string RangeOf(PropertyInfo property) => property.GetCustomAttribute<RangeAttribute>() switch
    {
        { } range => $"{Write(range.Minimum)} to {Write(range.Maximum)}",
        null when property.IsDefined(typeof(RequiredAttribute)) => "not empty",
        null => "",
    };

    private static string Write(object limit) => limit is int number ? number.ToString("N0", CultureInfo.InvariantCulture) : $"`{limit}`";
}
