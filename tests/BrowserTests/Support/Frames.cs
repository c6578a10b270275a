using System.Text.Json.Serialization;
using Microsoft.Playwright;

namespace Coordinator.BrowserTests.Support;

/// <summary>
/// What a page shows in each of its pictures, from the first one of the whole document on until some time after it is live: a test
/// that looks from outside misses what is gone for half a second.
/// </summary>
internal static class Frames
{
    /// <summary>How long a page is looked at once it is live, in milliseconds.</summary>
    private const int AfterLive = 3_000;

    /// <summary>Opens an address and notes, with each animation frame, what an element of the page is like.</summary>
    /// <param name="items">What is counted.</param>
    /// <param name="first">Whose place is noted; it must not move.</param>
    public static async Task<IReadOnlyList<Frame>> RecordAsync(IPage page, string path, string items, string first)
    {
        await page.AddInitScriptAsync($$"""
            const shown = [];
            let liveSince;
            window.recording = new Promise(finish => {
              const look = now => {
                const top = document.querySelector("{{first}}")?.getBoundingClientRect().top ?? null;
                const items = [...document.querySelectorAll("{{items}}")]
                  .filter(i => i.checkVisibility() && i.getBoundingClientRect().height > 0).length;
                const isLive = document.querySelector(".pill")?.textContent.trim() === "Live";
                if (isLive) liveSince ??= now;
                // A browser paints what it has of a document that is still coming.
                if (document.readyState !== "loading") shown.push({ time: now, items, top, isLive });
                if (now - liveSince > {{AfterLive}}) finish(shown);
                else requestAnimationFrame(look);
              };
              requestAnimationFrame(look);
            });
            """);
        await page.GotoAsync(path);
        return await page.EvaluateAsync<Frame[]>("window.recording");
    }

    /// <summary>One picture. Made by the browser's driver, which wants properties that it can set.</summary>
    internal sealed record Frame
    {
        /// <summary>Milliseconds since the page was opened.</summary>
        [JsonPropertyName("time")]
        public double Time { get; set; }

        /// <summary>How many are laid out.</summary>
        [JsonPropertyName("items")]
        public int Items { get; set; }

        /// <summary>Where the first is, in pixels from the upper edge; null if it is not there.</summary>
        [JsonPropertyName("top")]
        public double? Top { get; set; }

        /// <summary>Whether the page says that it is.</summary>
        [JsonPropertyName("isLive")]
        public bool IsLive { get; set; }
    }
}
