using Mono.Cecil;

namespace Coordinator.Architecture;

/// <summary>
/// Which types of an assembly refer to which others, as the compiled code says: in signatures, bodies, generic arguments, attributes.
/// What the compiler replaces by its value leaves no trace: <c>const</c> and <c>nameof</c>.
/// </summary>
internal sealed class ReferenceGraph
{
    private ReferenceGraph(string assembly, NamespaceRoot root, IReadOnlyList<TypeName> types, IReadOnlyCollection<Reference> references)
    {
        Assembly = assembly;
        Root = root;
        Types = types;
        References = references;
    }

    public string Assembly { get; }

    public NamespaceRoot Root { get; }

    /// <summary>The types that the assembly's source declares.</summary>
    public IReadOnlyList<TypeName> Types { get; }

    /// <summary>References of the assembly's types to each other and to those of other assemblies, each once.</summary>
    public IReadOnlyCollection<Reference> References { get; }

    /// <summary>References of the assembly's types to each other.</summary>
    public IEnumerable<Reference> InnerReferences => References.Where(reference => reference.To.Assembly == Assembly);

    /// <summary>Reads a file; the assemblies that it was compiled against lie beside it or belong to this program's frameworks.</summary>
    /// <exception cref="InvalidDataException">An attribute could not be read, and so what it refers to.</exception>
    public static ReferenceGraph Read(string file, string rootNamespace)
    {
        using DefaultAssemblyResolver resolver = new();
        foreach (string directory in DirectoriesFor(file))
            resolver.AddSearchDirectory(directory);
        using ModuleDefinition module = ModuleDefinition.ReadModule(file, new ReaderParameters { AssemblyResolver = resolver });

        NamespaceRoot root = new(rootNamespace);
        SourceNames names = new(module, root);
        ReferenceReader reader = new(names);
        HashSet<TypeName> types = [];
        foreach (TypeDefinition type in module.GetTypes())
        {
            if (names.Of(type) is not { } name)
                continue;
            types.Add(name);
            reader.Read(type, name);
        }

        return new ReferenceGraph(module.Assembly.Name.Name, root, [.. types], reader.References);
    }

    private static IEnumerable<string> DirectoriesFor(string file) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Prepend(Path.GetFullPath(file))
            .Select(path => Path.GetDirectoryName(path)!)
            .Distinct();
}
