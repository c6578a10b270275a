using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KeepOwners : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "CreatedBy",
                table: "Sessions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CoordinatorId",
                table: "Runners",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CoordinatorIncarnation",
                table: "Runners",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CoordinatorId",
                table: "LedgerState",
                type: "TEXT",
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "CreatedBy",
                table: "Sessions");

            migrationBuilder.DropColumn(
                name: "CoordinatorId",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "CoordinatorIncarnation",
                table: "Runners");

            migrationBuilder.DropColumn(
                name: "CoordinatorId",
                table: "LedgerState");
        }
    }
}
