/**
 * `deno task bench`: ours and the peers in turn in one run, medians of at least seven rounds, shares of the
 * same round, CPU an operation, percentiles below saturation. In some 15 minutes it writes
 * `bench/results/`: `results.json`, a chart a section, tables, and the section "Speed" of the README.
 *
 * `--quick` runs all of it in about a minute, but for what needs the guest: whether everything still runs,
 * not how fast it is. It keeps nothing, unless `--to` names a folder. Names of sections or areas (`--list` tells them) run those alone, and only print
 * what they come to, unless `--save` puts them among the results. `--render` writes all that is made of
 * `results.json` anew. The areas that are no part of the report (wire, netlink, bridge, face) are programs.
 *
 *     deno task bench [--quick | --save] [--to=FOLDER] [--list] [--render] [NAME …]
 */
import { SECTIONS } from "./report/sections.ts";
import { report } from "./report/main.ts";
import { render } from "./report/render.ts";

const HERE = new URL(".", import.meta.url).pathname;

/** Areas that are programs of their own, and programs of the other areas that the report has not. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  addrinfo: ["addrinfo/numeric.ts", "addrinfo/slow_names.ts"],
  bridge: ["bridge/http.ts"],
  face: ["face/streams.ts"],
  netlink: ["netlink/main.ts"],
  raw: ["raw/rtt.ts"],
  wire: ["wire/checksum.ts", "wire/decode.ts"],
};

const flags = Deno.args.filter((arg) => arg.startsWith("--"));
const names = Deno.args.filter((arg) => !arg.startsWith("--"));
const to = flags.find((flag) => flag.startsWith("--to="))?.slice("--to=".length);
const unknown = [
  ...flags.filter((flag) => !/^--(quick|save|list|render|to=.+)$/.test(flag)),
  ...names.filter((name) =>
    PROGRAMS[name] === undefined && !SECTIONS.some(({ id, area }) => id === name || area === name)
  ),
];
if (unknown.length > 0) {
  console.error(`Cannot run: ${unknown.join(", ")} is unknown; --list tells the names`);
  Deno.exit(2);
}

if (flags.includes("--list")) {
  for (const area of new Set([...SECTIONS.map(({ area }) => area), ...Object.keys(PROGRAMS)])) {
    const sections = SECTIONS.filter((section) => section.area === area).map(({ id }) => id);
    console.log(`${area}: ${[...sections, ...PROGRAMS[area] ?? []].join(", ")}`);
  }
} else if (flags.includes("--render")) {
  await render(to);
} else {
  const quick = flags.includes("--quick");
  // To boot a guest is not quick.
  const wanted = SECTIONS.filter(({ id, area }) =>
    names.length === 0 ? !quick || id !== "families" : names.includes(id) || names.includes(area)
  );
  if (wanted.length > 0) {
    const save = flags.includes("--save") || names.length === 0;
    if (!await report(wanted, { quick, save, to })) Deno.exit(1);
  }
  for (const program of names.flatMap((name) => PROGRAMS[name] ?? [])) {
    console.log(`== ${program}`);
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--unstable-net", HERE + program],
      cwd: `${HERE}..`,
    }).spawn().status;
    if (code !== 0) Deno.exit(code);
  }
}
Deno.exit(0);
