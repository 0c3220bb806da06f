/**
 * Hostile calls made from the documentation's own data: every public function, and every method of
 * every kind of endpoint, × its parameters and what is within them × values that nobody should pass,
 * and a misspelt key for every object. What does not fit is refused by a TypeError or a RangeError that
 * names the argument, in our words and before any system call; what fits is worded by us if it fails.
 *
 * CI makes one call of some, always the same; `deno task test:hostile` makes all of them.
 */
import { assert, assertEquals } from "@std/assert";
import { limitMs, testWith } from "../_tools.ts";
import { EXCEPTIONS } from "./_exceptions.ts";
import { fault } from "./_judge.ts";

/** Of how many calls CI makes one. A prime, so that every value has its turn at some place. */
const SHARE = Deno.env.get("HOSTILE_WHOLE") === "1" ? 1 : 29;
const LIMIT_MS = limitMs(SHARE === 1 ? 20 * 60_000 : 4 * 60_000);
/** Fewer than this were not made from the documentation. */
const LEAST_CALLS = 100_000;

interface Fault {
  readonly name: string;
  readonly where: string;
  readonly value: string;
  readonly what: string;
}

const ATTACK = new URL("_attack.ts", import.meta.url).pathname;

/** Makes the calls in a network and under a host name of their own, where nothing reaches anybody. */
async function attack(at: string): Promise<{ faults: Fault[]; of: number }> {
  const run = `ip link set lo up && exec "$0" "$@"`;
  const child = new Deno.Command("unshare", {
    args: [
      ...["-n", "--uts", "sh", "-c", run, Deno.execPath(), "run", "-A", "--no-check"],
      ...["--unstable-net", ATTACK, `${SHARE}`, at],
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, LIMIT_MS);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const last = await Deno.readTextFile(at);
  assert(!late, `a hostile call hangs: ${last}`);
  assertEquals(
    code,
    0,
    `a hostile call ends the process: ${last}\n${new TextDecoder().decode(stderr)}`,
  );
  const lines = new TextDecoder().decode(stdout).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  return { of: lines.pop().of, faults: lines };
}

testWith(
  { root: true, netns: true, tools: ["unshare", "ip"] },
  "no hostile call hangs, crashes, is silently taken or is worded by the runtime",
  async () => {
    const at = await Deno.makeTempFile();
    try {
      const { faults, of } = await attack(at);
      assert(of > LEAST_CALLS, `only ${of} calls were found in the documentation`);
      const used = new Set<number>();
      const unknown = faults.filter(({ name, where, value, what }) => {
        const found = EXCEPTIONS.findIndex(([calls, kinds]) =>
          calls.test(`${name} ${where} ${value}`) && kinds.test(what)
        );
        if (found >= 0) used.add(found);
        return found < 0;
      });
      assertEquals(unknown.map((one) => JSON.stringify(one)).join("\n"), "");
      if (SHARE > 1) return;
      const needless = EXCEPTIONS.filter((_, index) => !used.has(index));
      assertEquals(needless, [], "an exception is needed no more");
    } finally {
      await Deno.remove(at);
    }
  },
);

const NOTHING = { pending: false, calls: [] };

Deno.test("the judge knows the runtime's words, a late refusal and a value that was taken", () => {
  const faultOf = (error: unknown, calls: string[] = []) =>
    fault({ error, pending: false, calls }, false, "options.port", ["port"]);
  assertEquals(faultOf(new TypeError("Cannot listen: port is not a number")), undefined);
  assertEquals(fault(NOTHING, false, "options.port", []), "taken (no call)");
  assertEquals(fault({ ...NOTHING, pending: true }, false, "size", []), "waits (no call)");
  assertEquals(fault(NOTHING, true, "size", []), undefined);
  for (
    const [error, calls, what] of [
      [new TypeError("Cannot read properties of undefined (reading 'x')"), [], /^words/],
      [new TypeError("Cannot mix BigInt and other types, use explicit conversions"), [], /^words/],
      [new TypeError("Invalid FFI i32 type, expected: number"), [], /^words/],
      [new TypeError("Cannot listen: port is not a number"), ["socket"], /^after socket/],
      [new TypeError("Cannot listen: it is no good"), [], /^unnamed/],
      [new Error("Cannot listen: port is not a number"), [], /^is a Error/],
    ] as const
  ) assert(what.test(faultOf(error, [...calls]) ?? ""), `${error.message}: ${faultOf(error)}`);
});
