using Coordinator.Dashboard;
using Coordinator.Dashboard.Connection;
using Coordinator.Dashboard.Sessions;
using Microsoft.AspNetCore.Components.WebAssembly.Hosting;

WebAssemblyHostBuilder builder = WebAssemblyHostBuilder.CreateDefault(args);
builder.Services
    .AddSingleton(TimeProvider.System)
    .AddSingleton(new Random())
    .AddSingleton<IFirstSessions, NoFirstSessions>()
    .AddCoordinatorClients(builder.HostEnvironment.BaseAddress)
    .AddDashboard();
await builder.Build().RunAsync();
