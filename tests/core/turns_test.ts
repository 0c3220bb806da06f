import { assert, assertEquals, assertRejects } from "@std/assert";
import { Turns } from "../../core/turns.ts";
import { Pending } from "../../deno/pending.ts";
import { beginWait } from "../../core/wait.ts";

Deno.test("Turns gives the first its turn at once and the others theirs in order", async () => {
  const turns = new Turns();
  assertEquals(turns.enter(), undefined);
  assert(turns.busy);
  const order: number[] = [];
  const waits = [1, 2, 3].map((i) => turns.enter()!.then(() => order.push(i)));
  for (const wait of waits) {
    turns.leave();
    await wait;
  }
  assertEquals(order, [1, 2, 3]);
  turns.leave();
  assert(!turns.busy);
  assertEquals(turns.enter(), undefined);
});

Deno.test("Turns forgets who was cancelled", async () => {
  const turns = new Turns();
  turns.enter();
  const controller = new AbortController();
  const wait = beginWait({ signal: controller.signal });
  const cancelled = turns.enter(wait)!;
  const next = turns.enter()!;
  controller.abort("gone");
  assertEquals(await cancelled.catch((reason) => reason), "gone");
  turns.leave();
  await next;
  turns.leave();
  assert(!turns.busy);
  wait?.end();
});

Deno.test("an abort after the turn was given does not take it back", async () => {
  const turns = new Turns();
  turns.enter();
  const controller = new AbortController();
  const wait = beginWait({ signal: controller.signal });
  const given = turns.enter(wait)!;
  turns.leave();
  controller.abort("too late");
  await given;
  assert(turns.busy);
  turns.leave();
  assert(!turns.busy);
  wait?.end();
});

Deno.test("Turns.rejectAll makes one reason, and only if somebody waits", async () => {
  const turns = new Turns();
  let made = 0;
  const reason = () => ++made && new Error("closed");
  turns.rejectAll(reason);
  assertEquals(made, 0);
  turns.enter();
  turns.rejectAll(reason);
  assertEquals(made, 0, "the one inside is no waiter");
  const waits = [turns.enter()!, turns.enter()!];
  turns.rejectAll(reason);
  for (const wait of waits) await assertRejects(() => wait, Error, "closed");
  assertEquals(made, 1);
  assert(turns.busy);
});

Deno.test("Pending hands an abandoned call's outcome to the next, success or failure", async () => {
  for (const fails of [false, true]) {
    const pending = new Pending<number>();
    const call = Promise.withResolvers<number>();
    let started = 0;
    const start = () => {
      started++;
      return call.promise;
    };
    const controller = new AbortController();
    const wait = beginWait({ signal: controller.signal });
    const first = pending.run(start, wait);
    controller.abort("no");
    assertEquals(await first.catch((reason) => reason), "no");
    wait?.end();
    assert(pending.busy);
    const second = pending.run(start, undefined);
    if (fails) {
      call.reject(new Error("failed"));
      await assertRejects(() => second, Error, "failed");
    } else {
      call.resolve(7);
      assertEquals(await second, 7);
    }
    await pending.settled();
    assertEquals([started, pending.busy], [1, false]);
  }
});
