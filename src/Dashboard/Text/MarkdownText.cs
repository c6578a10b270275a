using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Coordinator.Dashboard.Text;

/// <summary>Reads Markdown. What is HTML in it is text like any other.</summary>
internal static class MarkdownText
{
    /// <summary>Far deeper than anything that is meant to be read; each level is a few frames of a small stack.</summary>
    private const int MaxDepth = 24;

    private static readonly MarkdownPipeline Pipeline = Build();

    /// <summary>Null if the text is so hostile that it can only be shown as it is.</summary>
    public static MarkdownDocument? Parse(string text)
    {
        if (!MarkdownGuard.IsHarmless(text))
            return null;
        try
        {
            MarkdownDocument document = Markdown.Parse(text, Pipeline);
            return IsDeep(document) ? null : document;
        }
        catch (ArgumentException)
        {
            // What the parser throws at MaximumNestingDepth.
            return null;
        }
    }

    /// <summary>
    /// The parser bounds the depth of blocks but not of what is within them. Measured without recursion: the stack of a
    /// browser is exactly what is in danger.
    /// </summary>
    private static bool IsDeep(MarkdownDocument document)
    {
        Stack<(MarkdownObject, int)> rest = new([(document, 0)]);
        while (rest.TryPop(out var next))
        {
            var (item, depth) = next;
            if (depth > MaxDepth)
                return true;
            IEnumerable<MarkdownObject> children = item switch
            {
                ContainerBlock block => block,
                LeafBlock { Inline: { } inline } => MarkdownInlines.Flat(inline),
                DelimiterInline => [],
                ContainerInline inline => MarkdownInlines.Flat(inline),
                _ => [],
            };
            foreach (MarkdownObject child in children)
                rest.Push((child, depth + 1));
        }

        return false;
    }

    private static MarkdownPipeline Build() => new MarkdownPipelineBuilder { MaximumNestingDepth = MaxDepth }
        .DisableHtml()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .Build();
}
