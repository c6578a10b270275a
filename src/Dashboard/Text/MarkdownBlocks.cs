using Coordinator.Client.Text;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components.Rendering;

namespace Coordinator.Dashboard.Text;

/// <summary>
/// Writes the blocks of a parsed Markdown text as elements. Every piece of text goes through the builder, which escapes
/// it; markup is never written.
/// </summary>
internal static class MarkdownBlocks
{
    /// <summary>An agent's first heading stands below the page's own.</summary>
    private const int DemotedBy = 3;

    public static void Write(RenderTreeBuilder builder, ContainerBlock container)
    {
        for (int i = 0; i < container.Count; i++)
        {
            builder.OpenRegion(i);
            Write(builder, container[i]);
            builder.CloseRegion();
        }
    }

    private static void Write(RenderTreeBuilder builder, Block block)
    {
        switch (block)
        {
            case HeadingBlock heading:
                Element(builder, $"h{Math.Min(heading.Level + DemotedBy, 6)}", heading.Inline);
                break;
            case ParagraphBlock paragraph:
                Element(builder, "p", paragraph.Inline);
                break;
            case CodeBlock code:
                WriteCode(builder, code);
                break;
            case ListBlock list:
                WriteList(builder, list);
                break;
            case QuoteBlock quote:
                builder.OpenElement(0, "blockquote");
                Write(builder, quote);
                builder.CloseElement();
                break;
            case ThematicBreakBlock:
                builder.OpenElement(0, "hr");
                builder.CloseElement();
                break;
            case Table table:
                WriteTable(builder, table);
                break;
            // Definitions of links that stand elsewhere.
            case LinkReferenceDefinitionGroup or LinkReferenceDefinition:
                break;
            case ContainerBlock other:
                Write(builder, other);
                break;
            case LeafBlock leaf:
                Element(builder, "p", leaf.Inline, leaf.Lines.ToString());
                break;
        }
    }

    private static void Element(RenderTreeBuilder builder, string name, ContainerInline? inline, string fallback = "")
    {
        builder.OpenElement(0, name);
        builder.AddAttribute(1, "dir", "auto");
        if (inline is not null)
            MarkdownInlines.Write(builder, inline);
        else
            builder.AddContent(2, SafeText.Block(fallback));
        builder.CloseElement();
    }

    private static void WriteCode(RenderTreeBuilder builder, CodeBlock code)
    {
        builder.OpenElement(0, "pre");
        // It scrolls sideways, so the keyboard must reach it.
        builder.AddAttribute(1, "tabindex", "0");
        builder.AddAttribute(2, "dir", "ltr");
        builder.OpenElement(3, "code");
        if (code is FencedCodeBlock { Info: { Length: > 0 } language })
            builder.AddAttribute(4, "data-language", SafeText.Line(SafeText.Head(language, 24)));
        builder.AddContent(5, SafeText.Block(code.Lines.ToString()));
        builder.CloseElement();
        builder.CloseElement();
    }

    private static void WriteList(RenderTreeBuilder builder, ListBlock list)
    {
        builder.OpenElement(0, list.IsOrdered ? "ol" : "ul");
        if (list.IsOrdered && list.OrderedStart is { } start and not "1" && int.TryParse(start, out int first))
            builder.AddAttribute(1, "start", first);
        for (int i = 0; i < list.Count; i++)
        {
            builder.OpenRegion(2 + i);
            builder.OpenElement(0, "li");
            // A tight list has its text without paragraphs.
            if (list[i] is ListItemBlock item)
                WriteItem(builder, item, isTight: !list.IsLoose);
            builder.CloseElement();
            builder.CloseRegion();
        }

        builder.CloseElement();
    }

    private static void WriteItem(RenderTreeBuilder builder, ListItemBlock item, bool isTight)
    {
        for (int i = 0; i < item.Count; i++)
        {
            builder.OpenRegion(i);
            if (isTight && item[i] is ParagraphBlock { Inline: { } inline })
                MarkdownInlines.Write(builder, inline);
            else
                Write(builder, item[i]);
            builder.CloseRegion();
        }
    }

    private static void WriteTable(RenderTreeBuilder builder, Table table)
    {
        builder.OpenElement(0, "div");
        builder.AddAttribute(1, "class", "md-table");
        builder.AddAttribute(2, "tabindex", "0");
        builder.AddAttribute(3, "role", "region");
        builder.AddAttribute(4, "aria-label", "Table");
        builder.OpenElement(5, "table");
        for (int i = 0; i < table.Count; i++)
        {
            builder.OpenRegion(6 + i);
            if (table[i] is TableRow row)
                WriteRow(builder, row);
            builder.CloseRegion();
        }

        builder.CloseElement();
        builder.CloseElement();
    }

    private static void WriteRow(RenderTreeBuilder builder, TableRow row)
    {
        builder.OpenElement(0, "tr");
        for (int i = 0; i < row.Count; i++)
        {
            builder.OpenRegion(1 + i);
            builder.OpenElement(0, row.IsHeader ? "th" : "td");
            if (row.IsHeader)
                builder.AddAttribute(1, "scope", "col");
            if (row[i] is TableCell cell)
                WriteCell(builder, cell);
            builder.CloseElement();
            builder.CloseRegion();
        }

        builder.CloseElement();
    }

    private static void WriteCell(RenderTreeBuilder builder, TableCell cell)
    {
        if (cell is [ParagraphBlock { Inline: { } inline }])
            MarkdownInlines.Write(builder, inline);
        else
            Write(builder, (ContainerBlock)cell);
    }
}
