using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Migrations
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

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_CacheReadTokens",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_CacheWriteTokens",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_CostMicros",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "EarlierUsage_CostSource",
                table: "Sessions",
                type: "TEXT",
                maxLength: 16,
                nullable: false,
                defaultValue: "Unknown");

            migrationBuilder.AddColumn<string>(
                name: "EarlierUsage_Denials",
                table: "Sessions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_InputTokens",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "EarlierUsage_ModelCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_OutputTokens",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "EarlierUsage_ReasoningTokens",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "EarlierUsage_ToolCalls",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "EarlierUsage_Turns",
                table: "Sessions",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

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

            migrationBuilder.AddColumn<long>(
                name: "Usage_CacheReadTokens",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "Usage_CacheWriteTokens",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "Usage_CostMicros",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Usage_CostSource",
                table: "Runs",
                type: "TEXT",
                maxLength: 16,
                nullable: false,
                defaultValue: "Unknown");

            migrationBuilder.AddColumn<string>(
                name: "Usage_Denials",
                table: "Runs",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<long>(
                name: "Usage_InputTokens",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "Usage_ModelCalls",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "Usage_OutputTokens",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "Usage_ReasoningTokens",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "Usage_ToolCalls",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "Usage_Turns",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ConversationUsage",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_CacheReadTokens",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_CacheWriteTokens",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_CostMicros",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_CostSource",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_Denials",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_InputTokens",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_ModelCalls",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_OutputTokens",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_ReasoningTokens",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_ToolCalls",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "EarlierUsage_Turns",
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
                name: "Usage_CacheReadTokens",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_CacheWriteTokens",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_CostMicros",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_CostSource",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_Denials",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_InputTokens",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_ModelCalls",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_OutputTokens",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_ReasoningTokens",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_ToolCalls",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "Usage_Turns",
                table: "Runs");
        }
    }
}
