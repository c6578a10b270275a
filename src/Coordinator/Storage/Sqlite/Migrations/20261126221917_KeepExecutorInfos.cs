using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordinator.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class KeepExecutorInfos : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ExecutorInfos",
                table: "Runners",
                type: "TEXT",
                nullable: false,
                defaultValue: "[]");

            // Runners from before could start all that they had.
            migrationBuilder.Sql("""
                UPDATE "Runners" SET "ExecutorInfos" = (
                    SELECT json_group_array(json_object('Name', "name", 'Available', json('true')))
                    FROM (SELECT "value" AS "name" FROM json_each("Runners"."Executors") ORDER BY "value"))
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ExecutorInfos",
                table: "Runners");
        }
    }
}
