/** What main.ts runs in a network namespace of its own. */
import { type Change, changeAll, routes, sockets } from "../../netlink/mod.ts";

const [program, folder] = Deno.args;
const HERE = new URL(".", import.meta.url).pathname;
const ROUTES = 100_000;
const CHANGES = 10_000;
const ROUNDS = 5;

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, { args, stdout: "null" }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Times contenders in turn; prints the medians and the ratios to the first. */
async function compare(
  title: string,
  contenders: Record<string, () => Promise<unknown>>,
  once: readonly string[] = [],
): Promise<void> {
  const times: Record<string, number[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(contenders)) {
      if (round > 0 && once.includes(name)) continue;
      (times[name] ??= []).push(await milliseconds(work));
    }
  }
  const own = median(Object.values(times)[0]);
  console.log(title);
  for (const [name, all] of Object.entries(times)) {
    const time = median(all);
    console.log(
      `  ${name.padEnd(30)} ${time.toFixed(0).padStart(6)} ms  ${(time / own).toFixed(2)}`,
    );
  }
}

function route(i: number): string {
  return `${20 + (i >> 16)}.${i >> 8 & 255}.${i & 255}.1/32`;
}

await run("ip", "link", "set", "lo", "up");
await run("ip", "link", "add", "d0", "type", "veth", "peer", "name", "d1");
await run("ip", "link", "set", "d0", "up");
await run("ip", "addr", "add", "10.0.0.1/8", "dev", "d0");

const batch = `${folder}/batch`;
const lines = (verb: string) =>
  Array.from({ length: CHANGES }, (_, i) => `route ${verb} ${route(i)} via 10.0.0.2 dev d0\n`);
await Deno.writeTextFile(`${batch}-add`, lines("add").join(""));
await Deno.writeTextFile(`${batch}-delete`, lines("delete").join(""));
const changes = (verb: "add" | "delete"): Change[] =>
  Array.from({ length: CHANGES }, (_, i) => ({
    do: `${verb} route` as const,
    dst: route(i),
    gateway: "10.0.0.2",
    dev: "d0",
  }));
await compare(`${CHANGES} routes added and deleted`, {
  "ours, in a program that runs": async () => {
    const failures = [...await changeAll(changes("add")), ...await changeAll(changes("delete"))];
    if (failures.length > 0) throw failures[0].error;
  },
  "ip -batch": async () => {
    await run("ip", "-batch", `${batch}-add`);
    await run("ip", "-batch", `${batch}-delete`);
  },
});

await changeAll(
  Array.from({ length: ROUTES }, (_, i): Change => ({
    do: "add route",
    dst: route(i),
    gateway: "10.0.0.2",
    dev: "d0",
  })),
);
const alone = ["run", "-A", `${HERE}_alone.ts`];
await compare(`${ROUTES} routes listed`, {
  "ours, in a program that runs": () => routes({ family: "inet" }).toArray(),
  "ours, iterated": async () => {
    for await (const _ of routes({ family: "inet" }));
  },
  "ours, with Deno's start": () => run(Deno.execPath(), ...alone, "routes"),
  "ip -j route": () => run("ip", "-4", "-j", "route", "show", "table", "all"),
  "C, libmnl": () => run(program, "routes"),
  "pyroute2": () => run("/usr/bin/python3", `${HERE}dump.py`, "routes"),
}, ["pyroute2"]);

const opener = new Deno.Command("python3", { args: [`${HERE}sockets.py`, "5000"], stdout: "piped" })
  .spawn();
await opener.stdout.getReader().read();
await compare("10,000 sockets listed", {
  "ours, in a program that runs": () => sockets({ kinds: ["tcp"], family: "inet" }).toArray(),
  "ours, with TCP_INFO": () =>
    sockets({ kinds: ["tcp"], family: "inet", info: true, memory: true }).toArray(),
  "ours, with Deno's start": () => run(Deno.execPath(), ...alone, "sockets"),
  "ss -tna4": () => run("ss", "-tna4"),
  "ss -tna4i": () => run("ss", "-tna4im"),
  "C, libmnl": () => run(program, "sockets"),
  "pyroute2": () => run("/usr/bin/python3", `${HERE}dump.py`, "sockets"),
}, ["pyroute2"]);
opener.kill("SIGKILL");
await opener.status;
