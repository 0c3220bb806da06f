import { assertEquals, assertRejects } from "@std/assert";
import { socketError } from "../../core/errors.ts";
import { ScriptedListener } from "./_scripted.ts";

const OPTIONS = { sanitizeOps: true, sanitizeResources: true };
const failed = (code: string) => socketError(code, { syscall: "accept" });
const told: string[] = [];
const tell = (error: Error) => told.push((error as { code?: string }).code ?? error.message);

Deno.test({
  ...OPTIONS,
  name: "accept survives what concerns one connection or passes, and tells of each",
}, async () => {
  told.length = 0;
  const codes = ["ECONNABORTED", "EMFILE", "ECONNRESET", "ENFILE", "EPROTO", "ENOBUFS", "ENOMEM"];
  const listener = new ScriptedListener([...codes.map(failed), "connection"], tell);
  assertEquals(await listener.accept(), "connection");
  assertEquals(told, codes);
  listener.close();
});

Deno.test({ ...OPTIONS, name: "accept rejects with what does not pass" }, async () => {
  for (const error of [failed("EINVAL"), failed("ENOTSOCK"), new TypeError("a bug")]) {
    const listener = new ScriptedListener([error, "next"]);
    assertEquals(await listener.accept().catch((e) => e), error);
    assertEquals(await listener.accept(), "next", "the next was not let in");
    listener.close();
  }
});

Deno.test(
  { ...OPTIONS, name: "a pause for descriptors ends with an abort, a time-out, a close" },
  async () => {
    const full = () => Array.from({ length: 50 }, () => failed("EMFILE"));
    const controller = new AbortController();
    const aborted = new ScriptedListener(full());
    const waiting = aborted.accept({ signal: controller.signal });
    controller.abort("enough");
    assertEquals(await waiting.catch((reason) => reason), "enough");
    const error = await assertRejects(() => aborted.accept({ timeoutMs: 20 }), DOMException);
    assertEquals(error.name, "TimeoutError");
    const second = aborted.accept();
    const third = aborted.accept();
    await new Promise((resolve) => setTimeout(resolve, 1));
    aborted.close();
    for (const wait of [second, third]) {
      assertEquals((await wait.catch((e) => e)).code, "EBADF");
    }
  },
);

Deno.test(
  { ...OPTIONS, name: "an error handler that throws is the accept's failure" },
  async () => {
    const listener = new ScriptedListener([failed("ECONNABORTED"), "next"], () => {
      throw new RangeError("stop");
    });
    await assertRejects(() => listener.accept(), RangeError, "stop");
    assertEquals(await listener.accept(), "next");
    listener.close();
  },
);

Deno.test(
  { ...OPTIONS, name: "iterating ends with the close, and throws what accept throws" },
  async () => {
    const listener = new ScriptedListener(["a", "b"]);
    const got: string[] = [];
    for await (const connection of listener) {
      got.push(connection);
      if (got.length === 2) queueMicrotask(() => setTimeout(() => listener.close(), 0));
    }
    assertEquals(got, ["a", "b"]);
    const broken = new ScriptedListener([failed("EINVAL")]);
    await assertRejects(
      async () => {
        for await (const _ of broken);
      },
      Error,
      "EINVAL",
    );
  },
);
