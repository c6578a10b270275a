using System.Text;
using Coordinator.Client.Text;
using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components.Rendering;

namespace Coordinator.Dashboard.Text;

/// <summary>Writes the text within a block: emphasis, code, links.</summary>
internal static class MarkdownInlines
{
    public static void Write(RenderTreeBuilder builder, ContainerInline container)
    {
        int i = 0;
        foreach (Inline inline in Flat(container))
        {
            builder.OpenRegion(100 + i++);
            Write(builder, inline);
            builder.CloseRegion();
        }
    }

    /// <summary>
    /// The children of an inline in order. A delimiter that turned out to delimit nothing, such as a bracket without its
    /// partner, holds everything after it; here it is followed by that instead, so that a thousand brackets are not a
    /// thousand levels.
    /// </summary>
    public static IEnumerable<Inline> Flat(ContainerInline container)
    {
        Stack<Inline?> rest = new([container.FirstChild]);
        while (rest.TryPop(out Inline? inline))
        {
            if (inline is null)
                continue;
            rest.Push(inline.NextSibling);
            yield return inline;
            if (inline is DelimiterInline delimiter)
                rest.Push(delimiter.FirstChild);
        }
    }

    private static void Write(RenderTreeBuilder builder, Inline inline)
    {
        switch (inline)
        {
            case LiteralInline literal:
                builder.AddContent(0, SafeText.Line(literal.Content.ToString()));
                break;
            case CodeInline code:
                builder.OpenElement(0, "code");
                builder.AddContent(1, SafeText.Line(code.Content));
                builder.CloseElement();
                break;
            case EmphasisInline emphasis:
                builder.OpenElement(0, emphasis switch
                {
                    { DelimiterChar: '~' } => "s",
                    { DelimiterCount: >= 2 } => "strong",
                    _ => "em",
                });
                Write(builder, emphasis);
                builder.CloseElement();
                break;
            case LinkInline link:
                WriteLink(builder, link);
                break;
            case AutolinkInline auto:
                WriteLink(builder, auto.IsEmail ? $"mailto:{auto.Url}" : auto.Url, auto.Url, b => b.AddContent(0, SafeText.Line(auto.Url)));
                break;
            case LineBreakInline { IsHard: true }:
                builder.OpenElement(0, "br");
                builder.CloseElement();
                break;
            case LineBreakInline:
                builder.AddContent(0, "\n");
                break;
            case HtmlEntityInline entity:
                builder.AddContent(0, SafeText.Line(entity.Transcoded.ToString()));
                break;
            case HtmlInline html:
                builder.AddContent(0, SafeText.Line(html.Tag));
                break;
            case TaskList task:
                builder.AddContent(0, task.Checked ? "☑" : "☐");
                break;
            case DelimiterInline delimiter:
                builder.AddContent(0, SafeText.Line(delimiter.ToLiteral()));
                break;
            case ContainerInline other:
                Write(builder, other);
                break;
        }
    }

    private static void WriteLink(RenderTreeBuilder builder, LinkInline link)
    {
        string text = TextOf(link);
        // A picture is never fetched: asking for it would tell its host that somebody reads this.
        if (link.IsImage)
            WriteLink(builder, link.Url, text, b => b.AddContent(0, $"Image: {(text.Length > 0 ? SafeText.Line(text) : "without description")}"));
        else
            WriteLink(builder, link.Url, text, b => Write(b, link));
    }

    private static void WriteLink(RenderTreeBuilder builder, string? url, string text, Action<RenderTreeBuilder> content)
    {
        if (MarkdownLink.Of(url, text) is not { } link)
        {
            // Not an address this page leads to, for example a file of the agent's: said, not linked.
            content(builder);
            if (!string.IsNullOrEmpty(url) && url != text)
                WriteWhere(builder, url);
            return;
        }

        builder.OpenElement(10, "a");
        builder.AddAttribute(11, "href", link.Address);
        builder.AddAttribute(12, "target", "_blank");
        builder.AddAttribute(13, "rel", "noopener noreferrer nofollow");
        builder.OpenRegion(14);
        content(builder);
        builder.CloseRegion();
        builder.CloseElement();
        if (link.Where is { } where)
            WriteWhere(builder, where);
    }

    private static void WriteWhere(RenderTreeBuilder builder, string where)
    {
        builder.OpenElement(20, "span");
        builder.AddAttribute(21, "class", "md-where");
        builder.AddContent(22, $" ({SafeText.Line(SafeText.Head(where, 200))})");
        builder.CloseElement();
    }

    private static string TextOf(ContainerInline container)
    {
        StringBuilder text = new();
        Collect(container, text);
        return text.ToString();
    }

    private static void Collect(ContainerInline container, StringBuilder text)
    {
        foreach (Inline inline in Flat(container))
        {
            switch (inline)
            {
                case LiteralInline literal:
                    text.Append(literal.Content.AsSpan());
                    break;
                case CodeInline code:
                    text.Append(code.Content);
                    break;
                case HtmlEntityInline entity:
                    text.Append(entity.Transcoded.AsSpan());
                    break;
                case DelimiterInline delimiter:
                    text.Append(delimiter.ToLiteral());
                    break;
                case ContainerInline inner:
                    Collect(inner, text);
                    break;
            }
        }
    }
}
