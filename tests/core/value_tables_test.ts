/** The tables that values are checked by are those that their types make. */
import { assertEquals } from "@std/assert";
import { TABLES, valueTable } from "../../tools/value_tables.ts";

for (const source of TABLES) {
  Deno.test(`${source.file} is what tools/value_tables.ts makes of the types`, async () => {
    const file = new URL(`../../${source.file}`, import.meta.url);
    assertEquals(await Deno.readTextFile(file), await valueTable(source));
  });
}
