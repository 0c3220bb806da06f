/**
 * The claims that every stream keeps, over a network that loses, delays, reorders, doubles and
 * corrupts packets (`man 8 tc-netem`), with packets as small as Ethernet's.
 */
import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const BAD_NETWORK = "delay 2ms 2ms loss 1% reorder 25% 50% duplicate 1% corrupt 0.1%";
/** Both engines, by the names that the claims' tests begin with. */
const KINDS = "/^tcp4( by libc)?: /";

function lacksNetem(): string | undefined {
  const { success } = new Deno.Command("unshare", {
    args: ["-rn", "tc", "qdisc", "add", "dev", "lo", "root", "netem"],
    stderr: "null",
  }).outputSync();
  return success ? undefined : "no netem in this kernel";
}

const CLAIMS = [
  ["the contract of a stream's bytes holds", "contract/stream_bytes", 20],
  ["the contract of a stream's waits holds", "contract/stream_waits", 20],
  ["waits cancelled at random lose and double nothing", "reliability/cancellation", 6],
] as const;

for (const [claim, tests, least] of CLAIMS) {
  testWith(
    { root: true, tools: ["unshare", "ip", "tc", "ethtool"], kernel: lacksNetem },
    `${claim} over a bad network`,
    async () => {
      const test = [Deno.execPath(), "test", "-A", "--unstable-net", "--no-check", "--cached-only"];
      const { code, stdout } = await new Deno.Command("unshare", {
        args: [
          "-n",
          "sh",
          "-ec",
          "ip link set lo up mtu 1500; ethtool -K lo gso off tso off gro off; " +
          `tc qdisc add dev lo root netem limit 100000 ${BAD_NETWORK}; ` +
          'status=0; "$@" || status=$?; tc -s -j qdisc show dev lo; exit $status',
          "bad-network",
          ...test,
          `--filter=${KINDS}`,
          `tests/${tests}_test.ts`,
        ],
        cwd: ROOT,
        env: { NO_COLOR: "1", ONLY_KERNEL: "" },
      }).output();
      const text = new TextDecoder().decode(stdout);
      assertEquals(code, 0, text);
      const passed = Number(/^ok \| (\d+) passed \| 0 failed/m.exec(text)?.[1]);
      assert(passed >= least, text);
      const [{ packets, drops }] = JSON.parse(text.trim().split("\n").at(-1)!);
      assert(packets > 1000 && drops > 5, `netem lost ${drops} of ${packets} packets`);
    },
  );
}
