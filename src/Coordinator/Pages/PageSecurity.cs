using System.Security.Cryptography;

namespace Coordinator.Pages;

/// <summary>What one rendered page may do in the browser. One per request.</summary>
internal sealed class PageSecurity
{
    /// <summary>Lets the page's import map and its style sheet pass the policy; new for each response.</summary>
    public string Nonce { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));

    /// <summary>
    /// Everything comes from the coordinator itself. WebAssembly needs 'wasm-unsafe-eval' to be compiled at all. Style
    /// attributes (not style sheets) are allowed because a virtualised list sets the height of its spacers with them.
    /// </summary>
    public string Policy =>
        "default-src 'none'; " +
        $"script-src 'self' 'wasm-unsafe-eval' 'nonce-{Nonce}'; " +
        $"style-src 'self' 'nonce-{Nonce}'; style-src-attr 'unsafe-inline'; " +
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
        "base-uri 'self'; form-action 'none'; frame-ancestors 'none'";
}
