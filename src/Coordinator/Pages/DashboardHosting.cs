using Coordinator.Dashboard;
using Coordinator.Dashboard.Connection;
using Coordinator.Dashboard.Sessions;

namespace Coordinator.Pages;

/// <summary>Serves the dashboard: its files, and its pages rendered once before the browser takes over.</summary>
internal static class DashboardHosting
{
    /// <summary>No page calls the API while it is rendered; its clients only have to exist.</summary>
    private const string NoAddress = "http://localhost";

    public static WebApplicationBuilder UseDashboardFiles(this WebApplicationBuilder builder)
    {
        // Run from the source tree the files lie where they were built; published they lie in wwwroot, and this does nothing.
        builder.WebHost.UseStaticWebAssets();
        return builder;
    }

    public static IServiceCollection AddDashboardPages(this IServiceCollection services)
    {
        services.AddRazorComponents();
        FormTokens.LeaveOut(services);
        services.AddScoped<PageSecurity>();
        services.AddScoped<FirstSessions>();
        services.AddScoped<IFirstSessions>(provider => provider.GetRequiredService<FirstSessions>());
        services.AddSingleton(new Random());
        return services.AddCoordinatorClients(NoAddress).AddDashboard();
    }

    /// <summary>What comes before the endpoints are chosen.</summary>
    public static void UseDashboardHeaders(this WebApplication app)
    {
        app.UseMiddleware<PageHeaders>();
        // A person who follows a dead link gets a page; a program gets the bare status.
        app.UseWhen(
            http => HttpMethods.IsGet(http.Request.Method) && http.Request.Headers.Accept.Any(a => a?.Contains("text/html", StringComparison.Ordinal) == true),
            branch => branch.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
    }

    public static void MapDashboard(this WebApplication app)
    {
        // Without the files there are no pages: a host in a test brings none of them.
        if (!File.Exists(Path.Combine(AppContext.BaseDirectory, $"{app.Environment.ApplicationName}.staticwebassets.endpoints.json")))
            return;
        app.MapStaticAssets();
        app.MapRazorComponents<Document>()
            .AddAdditionalAssemblies(typeof(Routes).Assembly)
            .DisableAntiforgery()
            .Add(OnlyRead);
    }

    /// <summary>The pages take no forms: whoever posts one is told so by the routing.</summary>
    private static void OnlyRead(EndpointBuilder endpoint)
    {
        for (int i = 0; i < endpoint.Metadata.Count; i++)
        {
            if (endpoint.Metadata[i] is IHttpMethodMetadata)
                endpoint.Metadata[i] = new HttpMethodMetadata([HttpMethods.Get]);
        }
    }
}
