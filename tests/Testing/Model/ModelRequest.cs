namespace Coordinator.Testing.Model;

/// <summary>One HTTP request that reached the stand-in, whatever it was for.</summary>
/// <param name="Method">"GET", "POST", …</param>
/// <param name="PathAndQuery">For example "/v1/messages?beta=true".</param>
/// <param name="Body">As text; empty if there was none.</param>
/// <param name="Conversation">For POST /v1/messages: what was asked.</param>
public sealed record ModelRequest(string Method, string PathAndQuery, string Body, ModelConversation? Conversation);
