import { assert, assertEquals, assertRejects } from "@std/assert";
import { Order } from "../../core/_order.ts";
import { Pending } from "../../deno/pending.ts";
import { beginWait } from "../../core/wait.ts";

Deno.test("Order lets the first in at once and the others in their order", async () => {
  const queue = new Order();
  assertEquals(queue.enter(), undefined);
  assert(queue.busy);
  const order: number[] = [];
  const waits = [1, 2, 3].map((i) => queue.enter()!.then(() => order.push(i)));
  for (const wait of waits) {
    queue.leave();
    await wait;
  }
  assertEquals(order, [1, 2, 3]);
  queue.leave();
  assert(!queue.busy);
  assertEquals(queue.enter(), undefined);
});

Deno.test("Order forgets who was cancelled", async () => {
  const queue = new Order();
  queue.enter();
  const controller = new AbortController();
  const wait = beginWait({ signal: controller.signal });
  const cancelled = queue.enter(wait)!;
  const next = queue.enter()!;
  controller.abort("gone");
  assertEquals(await cancelled.catch((reason) => reason), "gone");
  queue.leave();
  await next;
  queue.leave();
  assert(!queue.busy);
  wait?.end();
});

Deno.test("an abort of one that was let in does not put it out", async () => {
  const queue = new Order();
  queue.enter();
  const controller = new AbortController();
  const wait = beginWait({ signal: controller.signal });
  const given = queue.enter(wait)!;
  queue.leave();
  controller.abort("too late");
  await given;
  assert(queue.busy);
  queue.leave();
  assert(!queue.busy);
  wait?.end();
});

Deno.test("Order.rejectAll makes one reason, and only if somebody waits", async () => {
  const queue = new Order();
  let made = 0;
  const reason = () => ++made && new Error("closed");
  queue.rejectAll(reason);
  assertEquals(made, 0);
  queue.enter();
  queue.rejectAll(reason);
  assertEquals(made, 0, "the one inside is no waiter");
  const waits = [queue.enter()!, queue.enter()!];
  queue.rejectAll(reason);
  for (const wait of waits) await assertRejects(() => wait, Error, "closed");
  assertEquals(made, 1);
  assert(queue.busy);
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
