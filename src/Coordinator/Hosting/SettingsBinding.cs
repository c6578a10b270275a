using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Coordinator.Connections;
using Coordinator.Reports;
using Coordinator.Sessions;
using Coordinator.Stops;
using Coordinator.Storage;
using Coordinator.Timelines;
using Microsoft.Extensions.Options;

namespace Coordinator.Hosting;

/// <summary>
/// Reads the section <c>Coordinator</c> into the settings of each feature. Every value is checked at start, and every wrong one is
/// reported: the framework's binder stops at the first value it cannot read and says nothing of a misspelt name. Times are written as
/// hours:minutes:seconds, for example <c>00:05:00</c>.
/// </summary>
internal static class SettingsBinding
{
    public const string Section = "Coordinator";

    private static readonly (Type Settings, Action<IServiceCollection> Add)[] _features =
    [
        Feature<StorageOptions>(),
        Feature<ConnectionOptions>(),
        Feature<StopOptions>(),
        Feature<QueueOptions>(),
        Feature<WatchOptions>(),
        Feature<ReportOptions>(),
    ];

    /// <summary>The settings of all features; no two have one of the same name.</summary>
    public static readonly IReadOnlyList<Type> Features = [.. _features.Select(feature => feature.Settings)];

    private static readonly Dictionary<string, PropertyInfo> _settings =
        Features.SelectMany(feature => feature.GetProperties()).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);

    public static IServiceCollection AddCoordinatorSettings(this IServiceCollection services)
    {
        Array.ForEach(_features, feature => feature.Add(services));
        return services;
    }

    /// <exception cref="OptionsValidationException">One sentence for every setting that is wrong.</exception>
    public static void Check(IConfiguration configuration)
    {
        List<string> errors = [];
        foreach (IConfigurationSection setting in configuration.GetSection(Section).GetChildren())
        {
            if (!_settings.TryGetValue(setting.Key, out PropertyInfo? property))
                errors.Add($"{setting.Path} is no setting. There are: {string.Join(", ", _settings.Keys)}.");
            else if (Read(setting, property) is not { } value)
                errors.Add($"{setting.Path} is '{setting.Value}', which is not {Description(property)}.");
            else if (Complaint(property, value) is { } complaint)
                errors.Add($"{setting.Path} is {setting.Value}; {complaint}.");
        }

        if (errors.Count > 0)
            throw new OptionsValidationException(Section, typeof(SettingsBinding), errors);
    }

    /// <summary>Sets what the configuration has of the settings of one feature.</summary>
    /// <param name="configuration">Checked.</param>
    public static void Apply(IConfiguration configuration, object options)
    {
        foreach (PropertyInfo property in options.GetType().GetProperties())
        {
            IConfigurationSection setting = configuration.GetSection(Section).GetSection(property.Name);
            if (Read(setting, property) is { } value)
                property.SetValue(options, value);
        }
    }

    private static (Type Settings, Action<IServiceCollection> Add) Feature<T>() where T : class =>
        (typeof(T), services => services.AddOptions<T>().Configure<IConfiguration>((options, configuration) => Apply(configuration, options)));

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
