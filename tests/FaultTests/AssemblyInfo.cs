using Xunit.Sdk;
using Xunit.v3;

// These tests start whole deployments and hold them to deadlines; side by side they would starve one another.
[assembly: Parallelization(Mode = ParallelMode.None)]
