using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Syntax;

namespace Coordinator.Dashboard.Text;

/// <summary>Reads Markdown. What is HTML in it is text like any other.</summary>
internal static class MarkdownText
{
    /// <summary>Far deeper than anything that is meant to be read; each level is a few frames of a small stack.</summary>
    private const int MaxDepth = 24;

    private static readonly MarkdownPipeline Pipeline = Build();

    /// <summary>Null if the text nests so deeply that it can only be shown as it is.</summary>
    public static MarkdownDocument? Parse(string text)
    {
        try
        {
            return Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // What the parser throws at MaximumNestingDepth.
            return null;
        }
    }

    private static MarkdownPipeline Build() => new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth }
        .DisableHtml()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .Build();
}
