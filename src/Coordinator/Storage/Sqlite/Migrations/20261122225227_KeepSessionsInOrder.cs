using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KeepSessionsInOrder : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Sessions_AgentName",
                table: "Sessions");

            migrationBuilder.DropIndex(
                name: "IX_Sessions_Status",
                table: "Sessions");

            migrationBuilder.AddColumn<long>(
                name: "SessionCount",
                table: "LedgerState",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            // Counted once; from here on it is kept.
            migrationBuilder.Sql("""UPDATE "LedgerState" SET "SessionCount" = (SELECT COUNT(*) FROM "Sessions")""");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_AgentName_SessionId",
                table: "Sessions",
                columns: new[] { "AgentName", "SessionId" });

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_Status_SessionId",
                table: "Sessions",
                columns: new[] { "Status", "SessionId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Sessions_AgentName_SessionId",
                table: "Sessions");

            migrationBuilder.DropIndex(
                name: "IX_Sessions_Status_SessionId",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "SessionCount",
                table: "LedgerState");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_AgentName",
                table: "Sessions",
                column: "AgentName");

            migrationBuilder.CreateIndex(
                name: "IX_Sessions_Status",
                table: "Sessions",
                column: "Status");
        }
    }
}
