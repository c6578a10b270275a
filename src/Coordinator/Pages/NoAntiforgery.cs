using Microsoft.AspNetCore.Components.Forms;

namespace Coordinator.Pages;

/// <summary>
/// Pages have no forms that are posted, so there is nothing to forge; with the framework's own provider each rendering would
/// set a cookie and the coordinator would keep keys on disk for it.
/// </summary>
internal sealed class NoAntiforgery : AntiforgeryStateProvider
{
    public override AntiforgeryRequestToken? GetAntiforgeryToken() => null;
}
