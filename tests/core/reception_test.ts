import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  ChunkReception,
  exactReception,
  Inbox,
  IntoReception,
  type Reception,
  UntilReception,
} from "../../core/reception.ts";

/** An engine whose receives are synchronous: its one memory is used again after each. */
class Engine {
  readonly inbox = new Inbox();
  readonly #shared = new Uint8Array(65536);
  readonly #pieces: Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = [...pieces];
  }

  /** What a reception comes to; undefined at the end of the stream. */
  run<T>(reception: Reception<T>): T | undefined {
    try {
      for (let complete = reception.begin(); !complete;) {
        const room = reception.room(this.#shared);
        assert(Number.isInteger(reception.roomBytes) && reception.roomBytes > 0);
        assert(reception.roomBytes <= room.length);
        const piece = this.#pieces[0] ?? new Uint8Array(0);
        const count = Math.min(piece.length, reception.roomBytes);
        room.set(piece.subarray(0, count));
        if (count === piece.length) this.#pieces.shift();
        else this.#pieces[0] = piece.subarray(count);
        complete = reception.took(room, count);
        this.#shared.fill(0xee);
      }
      return reception.result;
    } catch (error) {
      reception.abandon();
      if (error instanceof Deno.errors.UnexpectedEof) return undefined;
      throw error;
    }
  }
}

const sizes = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 70_000 })),
  { minLength: 1, maxLength: 12 },
);
const kinds = fc.array(
  fc.tuple(
    fc.constantFrom("chunk", "exact", "into", "until"),
    fc.integer({ min: 1, max: 70_000 }),
  ),
  { minLength: 1, maxLength: 12 },
);

Deno.test("receives of all kinds hand out every byte once, however they come, in memory that stays", () => {
  fc.assert(
    fc.property(sizes, kinds, (cuts, receives) => {
      const total = cuts.reduce((sum, size) => sum + size, 0);
      // No 0xee, which is what the shared memory is overwritten with; a needle now and then.
      const all = Uint8Array.from({ length: total }, (_, i) => i % 97);
      let at = 0;
      const engine = new Engine(cuts.map((size) => all.subarray(at, at += size)));
      const given: Uint8Array[] = [];
      for (let i = 0, empty = 0; empty < receives.length; i++) {
        const [kind, size] = receives[i % receives.length];
        const buffer = new Uint8Array(size);
        let got: Uint8Array | undefined;
        if (kind === "chunk") got = engine.run(new ChunkReception(engine.inbox, size));
        else if (kind === "exact") got = engine.run(exactReception(engine.inbox, size));
        else if (kind === "until") {
          got = engine.run(new UntilReception(engine.inbox, Uint8Array.of(96, 0), 1 << 20));
        } else got = buffer.subarray(0, engine.run(new IntoReception(engine.inbox, buffer)));
        assert(got === undefined || kind === "until" || got.length <= size);
        if (got === undefined || got.length === 0) empty++;
        else {
          empty = 0;
          given.push(got);
        }
      }
      const rest = engine.inbox.queue.take(Infinity);
      const seen = new Uint8Array(total);
      let end = 0;
      for (const bytes of [...given, rest]) {
        seen.set(bytes, end);
        end += bytes.length;
      }
      assertEquals(end, total);
      assertEquals(seen, all);
    }),
    { numRuns: 150 },
  );
});
