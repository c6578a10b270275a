using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>
/// Reads <see cref="CoordinatorOptions"/>. The framework's binder stops at the first value it cannot read and says nothing
/// of a misspelt name; this one goes through all of them, so that a configuration is put right in one go.
/// </summary>
internal static class CoordinatorOptionsBinding
{
    private static readonly Dictionary<string, PropertyInfo> Settings =
        typeof(CoordinatorOptions).GetProperties().ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    /// <exception cref="OptionsValidationException">One sentence for every setting that is wrong.</exception>
    public static void Apply(IConfiguration configuration, CoordinatorOptions options)
    {
        List<string> errors = [];
        foreach (IConfigurationSection setting in configuration.GetSection(CoordinatorOptions.Section).GetChildren())
        {
            if (!Settings.TryGetValue(setting.Key, out PropertyInfo? property))
                errors.Add($"{setting.Path} is no setting. There are: {string.Join(", ", Settings.Keys)}.");
            else if (Read(setting, property) is not { } value)
                errors.Add($"{setting.Path} is '{setting.Value}', which is not {Description(property)}.");
            else if (Complaint(property, value) is { } complaint)
                errors.Add($"{setting.Path} is {setting.Value}; {complaint}.");
            else
                property.SetValue(options, value);
        }

        if (errors.Count > 0)
            throw new OptionsValidationException(nameof(CoordinatorOptions), typeof(CoordinatorOptions), errors);
    }

    private static object? Read(IConfigurationSection setting, PropertyInfo property)
    {
        TypeConverter converter = TypeDescriptor.GetConverter(property.PropertyType);
        return setting.Value is { } text && converter.IsValid(text) ? converter.ConvertFromInvariantString(text) : null;
    }

    private static string? Complaint(PropertyInfo property, object value)
    {
        foreach (ValidationAttribute rule in property.GetCustomAttributes<ValidationAttribute>())
        {
            if (!rule.IsValid(value))
                return rule is RangeAttribute range ? $"it must be from {range.Minimum} to {range.Maximum}" : "it must not be empty";
        }

        return null;
    }

    private static string Description(PropertyInfo property) =>
        property.PropertyType == typeof(TimeSpan) ? "a time such as 00:05:00 (hours:minutes:seconds)"
        : property.PropertyType == typeof(int) ? "a whole number"
        : "a text";
}
