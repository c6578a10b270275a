using Coordinator.BrowserTests.Support;
using Coordinator.Testing.Deployments;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Coordinator.BrowserTests;

/// <summary>Names may be as long as the API takes them: the list cuts them off, and says them whole on demand.</summary>
public sealed class LongNamesTests(Chromium chromium, SharedDeployments deployments)
    : DashboardTest(chromium, deployments), IClassFixture<SharedDeployments>
{
    [Fact]
    public async Task Names_OfAnyLength_StayInTheirCells()
    {
        List<Proto.Session> sessions = [await StartAsync(8)];
        foreach (int length in (int[])[30, 200])
            sessions.Add(await StartAsync(length, parent: sessions[^1].SessionId));

        IPage page = await OpenAsync();

        foreach (int width in (int[])[1280, 1024, 390])
        {
            await page.SetViewportSizeAsync(width, 800);
            await CheckAsync(page, sessions);
            Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= width, $"It scrolls sideways at {width} px.");
        }
    }

    private static async Task CheckAsync(IPage page, IEnumerable<Proto.Session> sessions)
    {
        foreach (Proto.Session session in sessions)
        {
            ILocator row = Row(page, session);
            await Expect(row).ToBeVisibleAsync();
            await Expect(row.Locator(".col-agent .cell-main")).ToHaveAttributeAsync("title", session.AgentName);
            await Expect(row.Locator(".col-session .cell-main")).ToHaveAttributeAsync("title", session.SessionName);
            Assert.Equal("", await row.EvaluateAsync<string>("""
                row => {
                  const cells = [...row.cells].filter(cell => cell.checkVisibility());
                  const box = element => element.getBoundingClientRect();
                  const meet = (one, other) => box(one).right > box(other).left + 1 && box(other).right > box(one).left + 1
                    && box(one).bottom > box(other).top + 1 && box(other).bottom > box(one).top + 1;
                  const wrong = [];
                  cells.forEach((cell, i) => {
                    const leaves = box(cell).right > box(row).right + 1 || box(cell).left < box(row).left - 1;
                    if (leaves) wrong.push(`${cell.className} leaves its row`);
                    cells.slice(i + 1).filter(other => meet(cell, other))
                      .forEach(other => wrong.push(`${cell.className} lies over ${other.className}`));
                    cell.querySelectorAll(".cell-main, .cell-sub, .badge, .button").forEach(part => {
                      if (box(part).right > box(cell).right + 1) wrong.push(`${part.className} leaves ${cell.className}`);
                    });
                  });
                  return wrong.join("\n");
                }
                """));
        }
    }

    /// <summary>A session with names of this length, without a blank to break them at.</summary>
    private async Task<Proto.Session> StartAsync(int length, string parent = "") =>
        (await Deployment.Coordinator.Sessions.StartSessionAsync(new()
        {
            Executor = "nobody-has-it-".PadRight(Math.Min(length, 64), 'x')[..Math.Min(length, 64)].TrimEnd('-'),
            AgentName = new string('a', length),
            SessionName = new string('s', length),
            Prompt = "-",
            ParentSessionId = parent,
        })).Session;
}
