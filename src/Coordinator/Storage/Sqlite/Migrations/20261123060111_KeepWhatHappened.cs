using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KeepWhatHappened : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "RunnerJournalId",
                table: "Runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "Stop_IncludeChildren",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Stop_OperationId",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Stop_OverdueTime",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Stop_WaitDetail",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Stop_WaitingFor",
                table: "Runs",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            // Stops from before are complete only with these; without them they would be taken for no stops at all.
            migrationBuilder.Sql("""
                UPDATE "Runs" SET "Stop_IncludeChildren" = 0, "Stop_OperationId" = '', "Stop_WaitDetail" = '', "Stop_WaitingFor" = 'Nothing'
                WHERE "Stop_RequestedTime" IS NOT NULL
                """);

            migrationBuilder.AddColumn<long>(
                name: "DrainDeadline",
                table: "Runners",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "DrainRequestedBy",
                table: "Runners",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "DrainTime",
                table: "Runners",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "CheckTime",
                table: "LedgerState",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "AuditEntries",
                columns: table => new
                {
                    Sequence = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Time = table.Column<long>(type: "INTEGER", nullable: false),
                    Action = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    OperationId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    RequestedBy = table.Column<string>(type: "TEXT", nullable: false),
                    Peer = table.Column<string>(type: "TEXT", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", nullable: false),
                    SessionId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    RunnerId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Details = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_AuditEntries", x => x.Sequence);
                });

            migrationBuilder.UpdateData(
                table: "LedgerState",
                keyColumn: "Id",
                keyValue: 1,
                column: "CheckTime",
                value: 0L);

            migrationBuilder.CreateIndex(
                name: "IX_Runners_DrainDeadline",
                table: "Runners",
                column: "DrainDeadline");

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_Action_Sequence",
                table: "AuditEntries",
                columns: new[] { "Action", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_RunId_Sequence",
                table: "AuditEntries",
                columns: new[] { "RunId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_RunnerId_Sequence",
                table: "AuditEntries",
                columns: new[] { "RunnerId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_AuditEntries_SessionId_Sequence",
                table: "AuditEntries",
                columns: new[] { "SessionId", "Sequence" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "AuditEntries");

            migrationBuilder.DropIndex(
                name: "IX_Runners_DrainDeadline",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "RunnerJournalId",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Stop_IncludeChildren",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Stop_OperationId",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Stop_OverdueTime",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Stop_WaitDetail",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Stop_WaitingFor",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "DrainDeadline",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "DrainRequestedBy",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "DrainTime",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "CheckTime",
                table: "LedgerState");
        }
    }
}
