namespace Coordinator.Architecture;

/// <summary>A type that refers to another.</summary>
/// <param name="From">Code that the compiler makes of lambdas, iterators and async methods counts as the type that declares them.</param>
/// <param name="Member">The member of <paramref name="From"/> that does it; empty for the type itself, its base and its attributes.</param>
/// <param name="To">The other type, of this assembly or of another.</param>
internal sealed record Reference(TypeName From, string Member, TypeName To);
