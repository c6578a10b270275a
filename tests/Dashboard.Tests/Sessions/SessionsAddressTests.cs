using Coordinator.Dashboard.Sessions;

namespace Coordinator.Dashboard.Tests.Sessions;

public sealed class SessionsAddressTests
{
    [Theory]
    [InlineData("sessions")]
    [InlineData("sessions?status=stopping,running")]
    [InlineData("sessions?status=failed&agent=a%20b&runner=rnr_1&q=50%25%20%26%20more")]
    public void Parse_WhatItWrote_IsTheSame(string address) =>
        Assert.Equal(address, SessionsAddress.Parse($"http://localhost/{address}").ToAddress());
}
