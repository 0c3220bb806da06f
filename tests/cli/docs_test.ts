import { assertEquals } from "@std/assert";
import { sockDocs } from "../../tools/sock_docs.ts";

Deno.test("docs/sock.md is what tools/sock_docs.ts writes", async () => {
  const text = await Deno.readTextFile(new URL("../../docs/sock.md", import.meta.url));
  assertEquals(text, await sockDocs(), "run: deno run -A tools/sock_docs.ts");
});
