using System.Text.RegularExpressions;
using Mono.Cecil;

namespace Coordinator.Architecture;

/// <summary>Finds the names in the source of what the compiler has renamed, moved or made up.</summary>
internal sealed partial class SourceNames(ModuleDefinition module, NamespaceRoot root)
{
    /// <summary>Razor puts what infers the type arguments of a page's components into a namespace named after the page.</summary>
    private const string RazorPrefix = "__Blazor.";

    private static readonly string[] MarksOfGenerators = ["CompilerGeneratedAttribute", "GeneratedCodeAttribute", "EmbeddedAttribute"];

    /// <summary>
    /// The type that the source has, or the one that declares what the compiler made. Null for what belongs to no type of the source:
    /// classes for anonymous types, and those that source generators put into namespaces of their own.
    /// </summary>
    public TypeName? Of(TypeReference type)
    {
        Stack<TypeReference> chain = new();
        for (TypeReference? next = type; next is not null; next = next.DeclaringType)
            chain.Push(next);

        TypeReference outermost = chain.Peek();
        string assembly = outermost.Scope is AssemblyNameReference other ? other.Name : module.Assembly.Name.Name;
        TypeName name = new(assembly, NamespaceOf(outermost), string.Join('.', NamesOf(chain)));
        return assembly == module.Assembly.Name.Name && root.Below(name) is null && IsGenerated(outermost.Resolve()) ? null : name;
    }

    /// <summary>The member of the source that a member of a type comes from.</summary>
    /// <param name="type">The type that has it, perhaps one that the compiler has made of a member of another.</param>
    /// <param name="name">Empty for the type itself.</param>
    /// <returns>Empty if it comes from no member.</returns>
    public static string MemberOf(TypeDefinition type, string name)
    {
        string found = name;
        for (TypeDefinition next = type; IsMadeByCompiler(next); next = next.DeclaringType)
        {
            // The class of an async lambda lies within that of the method's variables: the outermost name is the source's.
            if (EnclosingMember().IsMatch(next.Name))
                found = next.Name;
        }

        if (EnclosingMember().Match(found) is { Success: true } enclosing)
            found = enclosing.Groups[1].Value;
        else if (IsMadeByCompiler(type))
            return "";
        if (found.EndsWith(".ctor", StringComparison.Ordinal) || found.EndsWith(".cctor", StringComparison.Ordinal))
            return "constructor";
        return Accessor().Replace(found[(found.LastIndexOfAny(['.', '-']) + 1)..], "");
    }

    /// <summary>
    /// Whether the source has no such member: closures, lambdas, state machines, and what caches them. They are within other types, as
    /// those are not that only one file sees.
    /// </summary>
    public static bool IsMadeByCompiler(MemberReference member) => member.DeclaringType is not null && member.Name.StartsWith('<');

    private static string NamespaceOf(TypeReference type) =>
        type.Namespace.StartsWith(RazorPrefix, StringComparison.Ordinal) ? type.Namespace[RazorPrefix.Length..] : type.Namespace;

    private static IEnumerable<string> NamesOf(Stack<TypeReference> chain) =>
        chain.Where(type => !IsMadeByCompiler(type)).Select(type => Decoration().Replace(type.Name, ""));

    /// <summary>Statements of a program that stand in no type are marked like generated ones, but are the source's.</summary>
    private static bool IsGenerated(TypeDefinition type) =>
        type.Name.StartsWith('<')
        || (type.FullName != "Program" && type.CustomAttributes.Any(attribute => MarksOfGenerators.Contains(attribute.AttributeType.Name)));

    /// <summary>The member in the name of a lambda, a local function, a closure, a state machine or a field behind a property.</summary>
    [GeneratedRegex("^<+([^<>0-9][^<>]*)>")]
    private static partial Regex EnclosingMember();

    [GeneratedRegex("^(get|set|add|remove)_")]
    private static partial Regex Accessor();

    /// <summary>The file of a type that only one file sees, and the number of type parameters.</summary>
    [GeneratedRegex("^<.*>F[0-9A-F]+__|`[0-9]+$")]
    private static partial Regex Decoration();
}
