using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Coordinator.Architecture;

/// <summary>Collects what types refer to, member by member.</summary>
internal sealed class ReferenceReader(SourceNames names)
{
    private readonly HashSet<Reference> _references = [];
    private TypeDefinition? _type;
    private TypeName? _from;
    private string _member = "";

    public IReadOnlyCollection<Reference> References => _references;

    /// <summary>Reads a type without those that are nested in it.</summary>
    public void Read(TypeDefinition type, TypeName name)
    {
        _type = type;
        _from = name;
        if (!SourceNames.IsMadeByCompiler(type))
            AddDeclaration(type);
        foreach (MethodDefinition method in type.Methods.Where(method => !RepeatsTheSource(method)))
            AddMethod(method);
    }

    /// <summary>Not so of closures and state machines: what they hold shows in the methods that put it there.</summary>
    private void AddDeclaration(TypeDefinition type)
    {
        Enter("");
        Add(type.BaseType);
        foreach (InterfaceImplementation implementation in type.Interfaces)
        {
            Add(implementation.InterfaceType);
            AddAttributes(implementation);
        }

        AddAttributes(type);
        AddParameters(type);
        foreach (FieldDefinition field in type.Fields)
            AddMember(field, field.FieldType);
        foreach (PropertyDefinition property in type.Properties)
            AddMember(property, property.PropertyType);
        foreach (EventDefinition change in type.Events)
            AddMember(change, change.EventType);
    }

    /// <summary>What the compiler writes for records and properties names no type that the properties do not name.</summary>
    private static bool RepeatsTheSource(MethodDefinition method) =>
        !SourceNames.IsMadeByCompiler(method)
        && method.CustomAttributes.Any(attribute => attribute.AttributeType.Name == "CompilerGeneratedAttribute");

    private void Enter(string member) => _member = SourceNames.MemberOf(_type!, member);

    private void AddMember<T>(T member, TypeReference type) where T : IMemberDefinition
    {
        Enter(member.Name);
        Add(type);
        AddAttributes(member);
    }

    private void AddMethod(MethodDefinition method)
    {
        AddMember(method, method.ReturnType);
        AddAttributes(method.MethodReturnType);
        AddParameters(method);
        foreach (ParameterDefinition parameter in method.Parameters)
        {
            Add(parameter.ParameterType);
            AddAttributes(parameter);
        }

        foreach (MethodReference implemented in method.Overrides)
            AddCalled(implemented);
        if (method.HasBody)
            AddBody(method.Body);
    }

    private void AddBody(MethodBody body)
    {
        foreach (VariableDefinition variable in body.Variables)
            Add(variable.VariableType);
        foreach (ExceptionHandler handler in body.ExceptionHandlers)
            Add(handler.CatchType);
        foreach (Instruction instruction in body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference type:
                    Add(type);
                    break;
                case FieldReference field:
                    Add(field.DeclaringType);
                    Add(field.FieldType, valuesOnly: !SourceNames.IsMadeByCompiler(field.DeclaringType));
                    break;
                case MethodReference called:
                    AddCalled(called);
                    break;
                case CallSite pointer:
                    AddSignature(pointer, valuesOnly: false);
                    break;
            }
        }
    }

    private void AddCalled(MethodReference called)
    {
        Add(called.DeclaringType);
        AddSignature(called, valuesOnly: true);
        if (called is GenericInstanceMethod instance)
        {
            foreach (TypeReference argument in instance.GenericArguments)
                Add(argument);
        }
    }

    /// <summary>
    /// The types between which values go to and fro. Members of an enum are plain numbers in a body: what they are is said only by
    /// the signature of what takes or gives them. Classes show when they are used.
    /// </summary>
    private void AddSignature(IMethodSignature signature, bool valuesOnly)
    {
        Add(signature.ReturnType, valuesOnly);
        foreach (ParameterDefinition parameter in signature.Parameters)
            Add(parameter.ParameterType, valuesOnly);
    }

    private void AddParameters(IGenericParameterProvider provider)
    {
        foreach (GenericParameter parameter in provider.GenericParameters)
        {
            AddAttributes(parameter);
            foreach (GenericParameterConstraint constraint in parameter.Constraints)
            {
                Add(constraint.ConstraintType);
                AddAttributes(constraint);
            }
        }
    }

    private void AddAttributes(ICustomAttributeProvider provider)
    {
        foreach (CustomAttribute attribute in provider.CustomAttributes)
        {
            Add(attribute.AttributeType);
            IReadOnlyList<CustomAttributeArgument> named =
                [.. attribute.Fields.Concat(attribute.Properties).Select(argument => argument.Argument)];
            if (!IsRead(attribute, named))
                throw new InvalidDataException($"The arguments of {attribute.AttributeType} on {provider} were not understood.");
            foreach (CustomAttributeArgument argument in attribute.ConstructorArguments.Concat(named))
                AddArgument(argument);
        }
    }

    /// <summary>Cecil gives no arguments at all where it does not find the type of one. An attribute without any has four bytes.</summary>
    private static bool IsRead(CustomAttribute attribute, IReadOnlyList<CustomAttributeArgument> named) =>
        attribute.ConstructorArguments.Count == attribute.Constructor.Parameters.Count
        && (attribute.ConstructorArguments.Count + named.Count > 0 || attribute.GetBlob().Length <= 4);

    private void AddArgument(CustomAttributeArgument argument)
    {
        Add(argument.Type);
        switch (argument.Value)
        {
            case TypeReference type:
                Add(type);
                break;
            case CustomAttributeArgument boxed:
                AddArgument(boxed);
                break;
            case CustomAttributeArgument[] several:
                Array.ForEach(several, AddArgument);
                break;
        }
    }

    private void Add(TypeReference? type, bool valuesOnly = false)
    {
        switch (type)
        {
            case null or GenericParameter:
                break;
            case GenericInstanceType instance:
                Add(instance.ElementType, valuesOnly);
                foreach (TypeReference argument in instance.GenericArguments)
                    Add(argument, valuesOnly);
                break;
            case FunctionPointerType pointer:
                AddSignature(pointer, valuesOnly);
                break;
            case IModifierType modified:
                Add(modified.ModifierType, valuesOnly);
                Add(modified.ElementType, valuesOnly);
                break;
            case TypeSpecification compound:
                Add(compound.ElementType, valuesOnly);
                break;
            default:
                if ((type.IsValueType || !valuesOnly) && names.Of(type) is { } to && to != _from)
                    _references.Add(new Reference(_from!, _member, to));
                break;
        }
    }
}
