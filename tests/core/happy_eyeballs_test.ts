import { assert, assertEquals, assertRejects } from "@std/assert";
import { interleaveFamilies, raceAddresses } from "../../tcp/_happy_eyeballs.ts";
import { beginWait } from "../../core/wait.ts";

const strict = { sanitizeOps: true, sanitizeResources: true };
const HOUR = 3_600_000;

/** Attempts that end when the test says so. */
class Attempts {
  readonly started: string[] = [];
  readonly aborted: string[] = [];
  readonly closed: string[] = [];
  readonly #running = new Map<string, PromiseWithResolvers<Connection>>();
  readonly #watchers = new Map<string, () => void>();

  connect = (address: string, signal: AbortSignal): Promise<Connection> => {
    this.started.push(address);
    const attempt = Promise.withResolvers<Connection>();
    this.#running.set(address, attempt);
    signal.addEventListener("abort", () => this.aborted.push(address), { once: true });
    this.#watchers.get(address)?.();
    return attempt.promise;
  };

  /** Resolves when the attempt to `address` has begun. */
  begun(address: string): Promise<void> {
    if (this.started.includes(address)) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.set(address, resolve));
  }

  succeed(address: string): void {
    this.#running.get(address)!.resolve({ address, close: () => void this.closed.push(address) });
  }

  fail(address: string, error: unknown): void {
    this.#running.get(address)!.reject(error);
  }
}

interface Connection {
  address: string;
  close(): void;
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

function familiesOf(pattern: string): { family: string; index: number }[] {
  return [...pattern].map((family, index) => ({ family, index }));
}

Deno.test("interleaveFamilies() alternates the families, the first one's first, each in its order", () => {
  const order = (pattern: string, count?: number) =>
    interleaveFamilies(familiesOf(pattern), count).map(({ family, index }) => family + index);
  assertEquals(order("666444"), ["60", "43", "61", "44", "62", "45"]);
  assertEquals(order("446"), ["40", "62", "41"]);
  assertEquals(order("6"), ["60"]);
  assertEquals(order("666"), ["60", "61", "62"]);
  assertEquals(order("6444"), ["60", "41", "42", "43"]);
  assertEquals(order(""), []);
});

Deno.test("interleaveFamilies() begins with First Address Family Count addresses", () => {
  const order = interleaveFamilies(familiesOf("666644"), 2).map(({ family }) => family).join("");
  assertEquals(order, "664646");
  assertEquals(
    interleaveFamilies(familiesOf("6644"), 9).map(({ family }) => family).join(""),
    "6644",
  );
});

Deno.test({
  name: "raceAddresses() makes one attempt when the first succeeds within the delay",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const race = raceAddresses(["a", "b"], { connect, action: "connect", attemptDelayMs: HOUR });
    await attempts.begun("a");
    attempts.succeed("a");
    assertEquals((await race).address, "a");
    assertEquals(attempts.started, ["a"]);
    assertEquals(attempts.closed, []);
  },
});

Deno.test({
  name: "raceAddresses() starts the next attempt after the delay, and the later one may win",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const race = raceAddresses(["a", "b", "c"], { connect, action: "connect", attemptDelayMs: 10 });
    await attempts.begun("c");
    assertEquals(attempts.started, ["a", "b", "c"]);
    attempts.succeed("b");
    assertEquals((await race).address, "b");
    assertEquals(attempts.aborted, ["a", "b", "c"]);
  },
});

Deno.test({
  name: "raceAddresses() closes a loser that succeeds after the race",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const race = raceAddresses(["a", "b"], { connect, action: "connect", attemptDelayMs: 10 });
    await attempts.begun("b");
    attempts.succeed("b");
    await race;
    attempts.succeed("a");
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    assertEquals(attempts.closed, ["a"]);
  },
});

Deno.test({
  name: "raceAddresses() goes on at once when an attempt fails, without the delay",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const race = raceAddresses(["a", "b"], { connect, action: "connect", attemptDelayMs: HOUR });
    await attempts.begun("a");
    attempts.fail("a", coded("ECONNREFUSED"));
    await attempts.begun("b");
    attempts.succeed("b");
    assertEquals((await race).address, "b");
  },
});

Deno.test({
  name: "raceAddresses() takes an attempt that throws at once for a failed one",
  ...strict,
  async fn() {
    const connect = (address: string) => {
      if (address === "a") throw coded("EAFNOSUPPORT");
      return Promise.resolve({ address, close() {} });
    };
    const race = raceAddresses(["a", "b"], { connect, action: "connect", attemptDelayMs: HOUR });
    assertEquals((await race).address, "b");
  },
});

Deno.test({
  name: "raceAddresses() gathers all errors in the order of the addresses",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const race = raceAddresses(["a", "b", "c"], {
      connect,
      action: "connect example.com",
      attemptDelayMs: 10,
    });
    await attempts.begun("c");
    const codes = ["EHOSTUNREACH", "ETIMEDOUT", "ECONNREFUSED"];
    attempts.fail("c", coded(codes[2]));
    attempts.fail("a", coded(codes[0]));
    attempts.fail("b", coded(codes[1]));
    const error = await assertRejects(() => race, AggregateError);
    assertEquals(error.errors.map((each) => each.code), codes);
    assertEquals("code" in error, false);
    for (const text of ["Cannot connect example.com", ...codes]) {
      assert(error.message.includes(text), error.message);
    }
  },
});

Deno.test({
  name: "raceAddresses() gives the code that all errors share",
  ...strict,
  async fn() {
    const connect = () => Promise.reject(coded("ECONNREFUSED"));
    const error = await assertRejects(
      () => raceAddresses(["a", "b"], { connect, action: "connect" }),
      AggregateError,
    );
    assertEquals((error as unknown as { code: string }).code, "ECONNREFUSED");
  },
});

Deno.test({
  name: "raceAddresses() ends with the signal's reason, aborts the attempts and closes a late one",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const controller = new AbortController();
    const wait = beginWait({ signal: controller.signal })!;
    const race = raceAddresses(["a", "b"], {
      connect,
      action: "connect",
      attemptDelayMs: HOUR,
      wait,
    });
    await attempts.begun("a");
    const reason = new Error("enough");
    controller.abort(reason);
    assertEquals(await assertRejects(() => race), reason);
    assertEquals(attempts.aborted, ["a"]);
    attempts.succeed("a");
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    assertEquals(attempts.closed, ["a"]);
    assertEquals(attempts.started, ["a"]);
    wait.end();
  },
});

Deno.test({
  name: "raceAddresses() ends with a TimeoutError when the time is over",
  ...strict,
  async fn() {
    const attempts = new Attempts();
    const { connect } = attempts;
    const wait = beginWait({ timeoutMs: 5 })!;
    const alive = setTimeout(() => {}, 60_000); // attempts do that, limits do not
    const error = await assertRejects(
      () => raceAddresses(["a"], { connect, action: "connect", wait }),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
    clearTimeout(alive);
    wait.end();
  },
});

Deno.test("raceAddresses() refuses to race no address", async () => {
  const connect = () => Promise.resolve({ close() {} });
  await assertRejects(() => raceAddresses([], { connect, action: "connect" }), TypeError);
});
