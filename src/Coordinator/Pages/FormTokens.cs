using Microsoft.AspNetCore.Antiforgery;

namespace Coordinator.Pages;

/// <summary>
/// The pages have no form that a browser could be made to send: what they do, they do by gRPC. Tokens for forms would need
/// keys, and ASP.NET Core would write those into the home of whoever starts the coordinator.
/// </summary>
internal sealed class FormTokens : IAntiforgery
{
    private const string KeyMaker = "Microsoft.AspNetCore.DataProtection.Internal.DataProtectionHostedService";

    private static readonly AntiforgeryTokenSet None = new(null, null, "none", null);

    /// <summary>After what adds ASP.NET Core's own.</summary>
    public static void LeaveOut(IServiceCollection services)
    {
        services.AddSingleton<IAntiforgery, FormTokens>();
        if (services.FirstOrDefault(service => service.ImplementationType?.FullName == KeyMaker) is { } keyMaker)
        {
            services.Remove(keyMaker);
        }
    }

    public AntiforgeryTokenSet GetAndStoreTokens(HttpContext httpContext) => None;

    public AntiforgeryTokenSet GetTokens(HttpContext httpContext) => None;

    public Task<bool> IsRequestValidAsync(HttpContext httpContext) => Task.FromResult(false);

    public Task ValidateRequestAsync(HttpContext httpContext) => throw new AntiforgeryValidationException("No form is accepted.");

    public void SetCookieTokenAndHeader(HttpContext httpContext)
    {
    }
}
