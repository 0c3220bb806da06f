/**
 * `deno task test:captures`: the captures in Debian's source packages of tcpdump, libpcap and wireshark,
 * decoded by us and by tshark, field by field. They are downloaded once, into a cache outside of the
 * tree. `--every N` takes each N-th file only, as the tests of all do. The last line is
 * `N passed, N failed`, by files.
 */
import { which } from "../tests/_tools.ts";
import { compareFile, type Comparison } from "./captures/compare.ts";
import { captureFolder, captures } from "./captures/fetch.ts";

for (const tool of ["tshark", "apt-get", "tar"]) {
  if (which(tool) !== undefined) continue;
  console.error(`Cannot compare captures: ${tool} is not installed`);
  Deno.exit(2);
}

const [flag, number = "1"] = Deno.args;
const every = Number(flag === "--every" ? number : "1");
if ((flag !== undefined && flag !== "--every") || !Number.isInteger(every) || every < 1) {
  console.error("Cannot compare captures: the arguments are not [--every N]");
  Deno.exit(2);
}

const folder = await captureFolder();
const files = captures(folder).filter((_, index) => index % every === 0);
const results = new Map<string, Comparison>();
const left = [...files];
await Promise.all(Array.from({ length: 2 }, async () => {
  for (let path = left.shift(); path !== undefined; path = left.shift()) {
    results.set(path, await compareFile(path));
  }
}));

function sum(key: "packets" | "compared" | "onlyOurs" | "onlyTheirs" | "unknownLinks"): number {
  return [...results.values()].reduce((total, result) => total + result[key], 0);
}

let failed = 0;
for (const [path, { wrong }] of results) {
  if (wrong.length === 0) continue;
  failed++;
  console.log(`${path.slice(folder.length + 1)}: ${wrong.length} fields differ`);
  for (const line of wrong.slice(0, 3)) console.log(`  ${line}`);
}
const unread = [...results.values()].filter(({ error }) => error !== undefined).length;
const refused = [...results.values()].filter((result) => result.refused).length;
console.log(
  `${files.length} captures, ${sum("packets")} packets: ${sum("compared")} fields compared, ` +
    `${sum("onlyOurs")} only ours, ${sum("onlyTheirs")} only tshark's; ` +
    `${sum("unknownLinks")} packets of other link types, ${unread} files refused ` +
    `before their end by us, ${refused} by tshark`,
);
console.log(`${files.length - failed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
