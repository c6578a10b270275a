using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KeepWhatAgentsTell : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "ConversationUsage",
                table: "Sessions",
                type: "BLOB",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "EarlierUsage",
                table: "Sessions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "EndedAfterResult",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "EndedCommands",
                table: "Runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            migrationBuilder.AddColumn<int>(
                name: "ProcessesEnded",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "ResultTime",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Usage",
                table: "Runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ConversationUsage",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EndedAfterResult",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "EndedCommands",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "ProcessesEnded",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "ResultTime",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage",
                table: "Runs");
        }
    }
}
