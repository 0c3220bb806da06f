/**
 * Cancellation at random over a link so narrow that a good part of all packets is dropped (`man 8
 * tc-tbf`), with packets as small as Ethernet's: no byte and no connection is lost or doubled, and
 * nothing is left open.
 */
import { assert, assertEquals } from "@std/assert";
import { limitMs, testWith } from "../_tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const NARROW = "tc qdisc add dev lo root tbf rate 40mbit burst 32k limit 60k";
/** Both engines and what goes through Node, by the names that the tests begin with. */
const KINDS = "/^tcp4( by libc| as a Duplex and back)?: /";

function lacksTbf(): string | undefined {
  const [tc, ...args] = NARROW.split(" ");
  const { success } = new Deno.Command("unshare", { args: ["-rn", tc, ...args], stderr: "null" })
    .outputSync();
  return success ? undefined : "no tbf in this kernel";
}

testWith(
  { root: true, tools: ["unshare", "ip", "tc", "ethtool"], other: lacksTbf },
  "nothing is lost, doubled or left open when waits are cancelled over a link that drops packets",
  async () => {
    const { code, stdout } = await new Deno.Command("unshare", {
      args: [
        ...["-n", "sh", "-ec"],
        `ip link set lo up mtu 1500; ethtool -K lo gso off tso off gro off; ${NARROW}; ` +
        'status=0; "$@" || status=$?; tc -s -j qdisc show dev lo; exit $status',
        "narrow",
        ...[Deno.execPath(), "test", "-A", "--unstable-net", "--no-check", `--filter=${KINDS}`],
        "tests/reliability/cancellation_test.ts",
      ],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
      signal: AbortSignal.timeout(limitMs(180_000)),
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, text);
    const passed = Number(/^ok \| (\d+) passed \| 0 failed/m.exec(text)?.[1]);
    assert(passed > 8, text);
    const [{ packets, drops }] = JSON.parse(text.trim().split("\n").at(-1)!);
    assert(packets > 1000 && drops > 100, `${drops} of ${packets} packets were dropped`);
  },
);
