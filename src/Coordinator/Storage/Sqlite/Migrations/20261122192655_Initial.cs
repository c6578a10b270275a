using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Initial : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "DeletedSessions",
                columns: table => new
                {
                    SessionId = table.Column<string>(type: "TEXT", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DeletedSessions", x => x.SessionId);
                });

            migrationBuilder.CreateTable(
                name: "EventChunks",
                columns: table => new
                {
                    SessionId = table.Column<string>(type: "TEXT", nullable: false),
                    FirstSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    Count = table.Column<int>(type: "INTEGER", nullable: false),
                    Payload = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_EventChunks", x => new { x.SessionId, x.FirstSequence });
                });

            migrationBuilder.CreateTable(
                name: "LedgerState",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    ForgottenRevision = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_LedgerState", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RunTexts",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Prompt = table.Column<string>(type: "TEXT", nullable: false),
                    Result = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RunTexts", x => x.RunId);
                });

            migrationBuilder.CreateTable(
                name: "Runners",
                columns: table => new
                {
                    RunnerId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    BootId = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Hostname = table.Column<string>(type: "TEXT", nullable: false),
                    ProjectDir = table.Column<string>(type: "TEXT", nullable: false),
                    Executors = table.Column<string>(type: "TEXT", nullable: false),
                    Tags = table.Column<string>(type: "TEXT", nullable: false),
                    Capacity = table.Column<int>(type: "INTEGER", nullable: false),
                    RunnerVersion = table.Column<string>(type: "TEXT", nullable: false),
                    Containment = table.Column<string>(type: "TEXT", nullable: false),
                    Epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    Draining = table.Column<bool>(type: "INTEGER", nullable: false),
                    DrainReason = table.Column<string>(type: "TEXT", nullable: false),
                    ConnectTime = table.Column<long>(type: "INTEGER", nullable: false),
                    DisconnectTime = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Runners", x => x.RunnerId);
                });

            migrationBuilder.CreateTable(
                name: "Runs",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    SessionId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    Resumed = table.Column<bool>(type: "INTEGER", nullable: false),
                    Executor = table.Column<string>(type: "TEXT", nullable: false),
                    RunnerId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Hostname = table.Column<string>(type: "TEXT", nullable: false),
                    RunnerBootId = table.Column<string>(type: "TEXT", nullable: false),
                    Epoch = table.Column<long>(type: "INTEGER", nullable: false),
                    LastReportSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    CreateTime = table.Column<long>(type: "INTEGER", nullable: false),
                    ClaimTime = table.Column<long>(type: "INTEGER", nullable: true),
                    StartTime = table.Column<long>(type: "INTEGER", nullable: true),
                    EndTime = table.Column<long>(type: "INTEGER", nullable: true),
                    QueueTimeout = table.Column<long>(type: "INTEGER", nullable: false),
                    QueueDeadline = table.Column<long>(type: "INTEGER", nullable: false),
                    MaxRuntime = table.Column<long>(type: "INTEGER", nullable: true),
                    RunDeadline = table.Column<long>(type: "INTEGER", nullable: true),
                    ExitCode = table.Column<int>(type: "INTEGER", nullable: true),
                    FailureReason = table.Column<string>(type: "TEXT", nullable: false),
                    FailureMessage = table.Column<string>(type: "TEXT", nullable: false),
                    PendingReason = table.Column<string>(type: "TEXT", nullable: false),
                    RequestId = table.Column<string>(type: "TEXT", nullable: true),
                    RequestFingerprint = table.Column<string>(type: "TEXT", nullable: true),
                    Stop_RequestedTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_RequestedBy = table.Column<string>(type: "TEXT", nullable: true),
                    Stop_Reason = table.Column<string>(type: "TEXT", nullable: true),
                    Stop_GracePeriod = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_Force = table.Column<bool>(type: "INTEGER", nullable: true),
                    Stop_SentTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_ReceivedTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_SignalledTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_KilledTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_EndedTime = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_Signal = table.Column<string>(type: "TEXT", nullable: true),
                    Stop_ExitCode = table.Column<int>(type: "INTEGER", nullable: true),
                    Stop_Escalated = table.Column<bool>(type: "INTEGER", nullable: true),
                    Stop_ProcessesEnded = table.Column<int>(type: "INTEGER", nullable: true),
                    Stop_ProcessesLeft = table.Column<int>(type: "INTEGER", nullable: true),
                    Stop_Outcome = table.Column<string>(type: "TEXT", maxLength: 16, nullable: true),
                    Stop_ClockOffset = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_ClockUncertainty = table.Column<long>(type: "INTEGER", nullable: true),
                    Stop_ClockAdjusted = table.Column<bool>(type: "INTEGER", nullable: true),
                    Stop_Detail = table.Column<string>(type: "TEXT", nullable: true),
                    Version = table.Column<long>(type: "INTEGER", nullable: false),
                    Demands_Hostname = table.Column<string>(type: "TEXT", nullable: false),
                    Demands_RunnerId = table.Column<string>(type: "TEXT", nullable: false),
                    Demands_Tags = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Runs", x => x.RunId);
                });

            migrationBuilder.CreateTable(
                name: "SessionLabels",
                columns: table => new
                {
                    SessionId = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Value = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SessionLabels", x => new { x.SessionId, x.Key });
                });

            migrationBuilder.CreateTable(
                name: "Sessions",
                columns: table => new
                {
                    SessionId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    AgentName = table.Column<string>(type: "TEXT", nullable: false),
                    Executor = table.Column<string>(type: "TEXT", nullable: false),
                    ProjectDir = table.Column<string>(type: "TEXT", nullable: false),
                    ParentSessionId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ExecutorSessionId = table.Column<string>(type: "TEXT", nullable: false),
                    Labels = table.Column<string>(type: "TEXT", nullable: false),
                    CreateTime = table.Column<long>(type: "INTEGER", nullable: false),
                    UpdateTime = table.Column<long>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false),
                    LastEventSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    Demands_Hostname = table.Column<string>(type: "TEXT", nullable: false),
                    Demands_RunnerId = table.Column<string>(type: "TEXT", nullable: false),
                    Demands_Tags = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Sessions", x => x.SessionId);
                });

            migrationBuilder.InsertData(
                table: "LedgerState",
                columns: new[] { "Id", "ForgottenRevision", "Revision" },
                values: new object[] { 1, 0L, 0L });

            migrationBuilder.CreateIndex(
                name: "IX_DeletedSessions_Revision",
                table: "DeletedSessions",
                column: "Revision");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_RequestId",
                table: "Runs",
                column: "RequestId",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_Runs_RunnerId_Status",
                table: "Runs",
                columns: new[] { "RunnerId", "Status" });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_SessionId",
                table: "Runs",
                column: "SessionId");

            migrationBuilder.CreateIndex(
                name: "IX_Runs_Status_RunId",
                table: "Runs",
                columns: new[] { "Status", "RunId" });

            migrationBuilder.CreateIndex(
                name: "IX_SessionLabels_Key_Value",
                table: "SessionLabels",
                columns: new[] { "Key", "Value" });

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_AgentName",
                table: "Sessions",
                column: "AgentName");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_ParentSessionId",
                table: "Sessions",
                column: "ParentSessionId");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_Revision",
                table: "Sessions",
                column: "Revision");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_Status",
                table: "Sessions",
                column: "Status");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DeletedSessions");

            migrationBuilder.DropTable(
                name: "EventChunks");

            migrationBuilder.DropTable(
                name: "LedgerState");

            migrationBuilder.DropTable(
                name: "RunTexts");

            migrationBuilder.DropTable(
                name: "Runners");

            migrationBuilder.DropTable(
                name: "Runs");

            migrationBuilder.DropTable(
                name: "SessionLabels");

            migrationBuilder.DropTable(
                name: "Sessions");
        }
    }
}
