import { assert, assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { Netns, run } from "./_netns.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];
const NEEDS = { netns: true, tools: ["ip", "setpriv", "unshare"] };

/** What an ordinary user runs. */
interface Child extends AsyncDisposable {
  /** Becomes that user, with a cache of its own. */
  become: string[];
  /** Runs the probes. */
  probe: string[];
}

/**
 * Deno and this project where nobody can read them: both may be installed in a home folder that only
 * its owner may enter.
 */
async function asNobody(): Promise<Child> {
  const dir = await Deno.makeTempDir({ prefix: "bsock-nobody-" });
  const entries = [...Deno.readDirSync(ROOT)].map((entry) => entry.name)
    .filter((name) => !name.startsWith(".") && name !== "node_modules");
  await run("cp", "-r", ...entries.map((name) => ROOT + name), dir);
  await Deno.copyFile(Deno.execPath(), `${dir}/deno-program`);
  await run("chmod", "-R", "a+rX", dir);
  await run("chown", "-R", "65534:65534", dir);
  return {
    become: ["setpriv", ...NOBODY, "env", `DENO_DIR=${dir}/.cache`, `HOME=${dir}`],
    probe: [`${dir}/deno-program`, "run", "-A", `${dir}/tests/raw/_child_probes.ts`],
    async [Symbol.asyncDispose]() {
      await Deno.remove(dir, { recursive: true });
    },
  };
}

testWith(
  NEEDS,
  "an ordinary user within ping_group_range pings and sweeps, and no more",
  async () => {
    await using netns = await Netns.make();
    netns.sysctl({ "ipv4.ping_group_range": "65534 65534" });
    await using child = await asNobody();
    const text = await netns.run(...[...child.become, ...child.probe] as [string]);
    const { ping, ping6, sweep, icmp, icmpRaw, ip, packet } = JSON.parse(text);
    assertEquals([ping, ping6, sweep, icmp], [
      "reply reply reply",
      "reply reply reply",
      "254 of 254",
      "dgram",
    ]);
    for (const refused of [icmpRaw, ip, packet]) {
      assert(refused.startsWith("EPERM: "), refused);
      assert(refused.includes("CAP_NET_RAW"), refused);
    }
  },
);

testWith(
  NEEDS,
  "an ordinary user outside ping_group_range is told both ways to be allowed",
  async () => {
    await using netns = await Netns.make();
    netns.sysctl({ "ipv4.ping_group_range": "1 0" });
    await using child = await asNobody();
    const text = await netns.run(...[...child.become, ...child.probe] as [string]);
    const { ping, ping6, sweep, icmp, icmpRaw, ip, packet } = JSON.parse(text);
    for (const refused of [ping, ping6, sweep, icmp]) {
      assert(refused.startsWith("EPERM: "), refused);
      assert(refused.includes("CAP_NET_RAW") && refused.includes("ping_group_range"), refused);
    }
    for (const refused of [icmpRaw, ip, packet]) {
      assert(refused.startsWith("EPERM: ") && refused.includes("CAP_NET_RAW"), refused);
    }
  },
);

testWith(NEEDS, "an ordinary user's own namespace (unshare -rn) allows everything", async () => {
  await using child = await asNobody();
  const script = 'ip link set lo up && exec "$@"';
  const text = await run(
    ...[...child.become, "unshare", "-rn", "sh", "-c", script, "sh", ...child.probe] as [string],
  );
  assertEquals(JSON.parse(text), {
    ping: "reply reply reply",
    ping6: "reply reply reply",
    sweep: "254 of 254",
    // Nobody is in the ping_group_range of a new namespace.
    icmp: "raw",
    icmpRaw: "raw",
    ip: "raw",
    packet: "lo",
  });
});
