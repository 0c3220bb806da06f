import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteQueue, indexOf } from "../../core/_byte_queue.ts";

Deno.test("ByteQueue behaves as an array of bytes, whatever is done to it", () => {
  const operation = fc.oneof(
    fc.record({ op: fc.constant("push"), bytes: fc.uint8Array({ maxLength: 6000 }) }),
    fc.record({ op: fc.constant("unshift"), bytes: fc.uint8Array({ maxLength: 50 }) }),
    fc.record({ op: fc.constant("room"), bytes: fc.uint8Array({ maxLength: 9000 }) }),
    fc.record({ op: fc.constant("take"), count: fc.nat(7000) }),
    fc.record({ op: fc.constant("takeInto"), count: fc.nat(7000) }),
    fc.record({ op: fc.constant("indexOf"), byte: fc.nat(255), from: fc.nat(100) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const step of operations) {
        switch (step.op) {
          case "push":
            queue.push((step as { bytes: Uint8Array }).bytes);
            model = [...model, ...(step as { bytes: Uint8Array }).bytes];
            break;
          case "unshift":
            queue.unshift((step as { bytes: Uint8Array }).bytes);
            model = [...(step as { bytes: Uint8Array }).bytes, ...model];
            break;
          case "room": {
            const { bytes } = step as { bytes: Uint8Array };
            const room = queue.room(bytes.length);
            assert(room.length >= bytes.length);
            room.set(bytes);
            queue.commit(bytes.length);
            model = [...model, ...bytes];
            break;
          }
          case "take": {
            const { count } = step as { count: number };
            assertEquals([...queue.take(count)], model.slice(0, count));
            model = model.slice(count);
            break;
          }
          case "takeInto": {
            const target = new Uint8Array((step as { count: number }).count);
            const got = queue.takeInto(target);
            assertEquals(got, Math.min(target.length, model.length));
            assertEquals([...target.subarray(0, got)], model.slice(0, got));
            model = model.slice(got);
            break;
          }
          case "indexOf": {
            const { byte, from } = step as { byte: number; from: number };
            assertEquals(
              indexOf(queue.peek(), Uint8Array.of(byte), from),
              model.indexOf(byte, from),
            );
            break;
          }
        }
        assertEquals(queue.length, model.length);
        assertEquals([...queue.peek()], model);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("ByteQueue finds needles of several bytes, also where they only begin", () => {
  const queue = new ByteQueue();
  queue.push(new TextEncoder().encode("aab--ab-abc"));
  const at = (needle: string, from = 0) =>
    indexOf(queue.peek(), new TextEncoder().encode(needle), from);
  assertEquals([at("ab"), at("ab", 2), at("abc"), at("abcd"), at("-", 4)], [1, 5, 8, -1, 4]);
});

Deno.test("ByteQueue hands out memory of its own", () => {
  const queue = new ByteQueue();
  const given = Uint8Array.of(1, 2, 3);
  queue.push(given);
  given.fill(9);
  const taken = queue.take(2);
  queue.push(Uint8Array.of(4, 5));
  assertEquals(taken, Uint8Array.of(1, 2));
  assertEquals(queue.take(9), Uint8Array.of(3, 4, 5));
});
