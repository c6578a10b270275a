using Coordinator.Dashboard;
using Coordinator.Dashboard.Connection;
using Coordinator.Dashboard.Sessions;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

// The analyzer takes the project for a library that may run anywhere; this is its one way in, and it is in the browser.
#pragma warning disable CA1416
WebAssemblyHostBuilder builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton(new Random())
    .AddSingleton<IFirstSessions, SessionsOfThePage>()
    .AddCoordinatorClients(builder.HostEnvironment.BaseAddress)
    .AddDashboard();
builder.RootComponents.Add<Routes>("#app");
builder.RootComponents.Add<HeadOutlet>("head::after");
await builder.Build().RunAsync();
