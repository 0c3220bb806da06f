import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { beginWait, type WaitOptions } from "../../core/wait.ts";
import { countedSignal } from "../contract/_helpers.ts";

const OPTIONS = { sanitizeOps: true, sanitizeResources: true };

Deno.test("beginWait costs nothing where nothing is asked", () => {
  assertEquals(beginWait(undefined), undefined);
  assertEquals(beginWait({}), undefined);
  assertEquals(beginWait({ signal: undefined, timeoutMs: undefined }), undefined);
});

Deno.test("beginWait refuses what is no option", () => {
  for (const options of [null, 5, "x", { signal: {} }, { signal: "x" }, { timeoutMs: "5" }]) {
    assertThrows(() => beginWait(options as WaitOptions), TypeError, "Cannot wait");
  }
  for (const timeoutMs of [-1, NaN, -Infinity]) {
    assertThrows(() => beginWait({ timeoutMs }), RangeError, "timeoutMs");
  }
});

Deno.test("beginWait throws the reason of a signal that is aborted already", () => {
  const reason = { any: "thing" };
  let thrown: unknown;
  try {
    beginWait({ signal: AbortSignal.abort(reason) });
  } catch (error) {
    thrown = error;
  }
  assert(thrown === reason);
});

Deno.test({ ...OPTIONS, name: "a wait has one listener while armed and none at its end" }, () => {
  const { signal, count } = countedSignal();
  const wait = beginWait({ signal, timeoutMs: 60_000 })!;
  assertEquals(count(), 0);
  for (let i = 0; i < 3; i++) {
    wait.arm(() => {});
    assertEquals(count(), 1);
    wait.disarm();
  }
  wait.end();
  assertEquals(count(), 0);
});

Deno.test({ ...OPTIONS, name: "a wait cancels once, with the reason" }, () => {
  const { signal, abort } = countedSignal();
  const wait = beginWait({ signal })!;
  const reasons: unknown[] = [];
  wait.arm((reason) => reasons.push(reason));
  abort("first");
  wait.cancel("second");
  assertEquals(reasons, ["first"]);
  wait.arm((reason) => reasons.push(reason));
  assertEquals(reasons, ["first", "first"], "an aborted signal cancels at once");
  wait.end();
});

Deno.test(
  { ...OPTIONS, name: "a deadline that passed while disarmed is not forgotten" },
  async () => {
    const wait = beginWait({ timeoutMs: 1 })!;
    wait.arm(() => {});
    wait.disarm();
    while (wait.remainingMs > 0) await new Promise((resolve) => setTimeout(resolve, 1));
    // A limit keeps no process alive, and neither does a promise of nothing.
    const alive = setTimeout(() => {}, 60_000);
    const error = await assertRejects(() => wait.race(new Promise(() => {})), DOMException);
    clearTimeout(alive);
    assertEquals(error.name, "TimeoutError");
    assertEquals(error.message, "Cannot wait: timed out after 1 ms");
    wait.end();
  },
);

Deno.test({ ...OPTIONS, name: "race keeps what the promise gives" }, async () => {
  const wait = beginWait({ timeoutMs: 60_000 })!;
  assertEquals(await wait.race(Promise.resolve(5)), 5);
  await assertRejects(() => wait.race(Promise.reject(new RangeError("own"))), RangeError, "own");
  wait.end();
});

Deno.test(
  { ...OPTIONS, name: "limits beyond what timers take, and Infinity, do not fire at once" },
  async () => {
    for (const timeoutMs of [2 ** 31, 1e15, Infinity]) {
      const wait = beginWait({ timeoutMs })!;
      assertEquals(
        await wait.race(new Promise((resolve) => setTimeout(resolve, 5, "fine"))),
        "fine",
      );
      wait.end();
    }
  },
);
