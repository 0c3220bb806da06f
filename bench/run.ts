/**
 * `deno task bench` makes the report (bench/report/main.ts, which see for `--quick` and `--section=`);
 * `deno task bench --list` lists the areas; `deno task bench AREA …` runs them, one program after another:
 * an area's `main.ts`, else each of its programs (files without an underscore). They print ratios to
 * others that they measured in turn in the same run.
 */
const HERE = new URL(".", import.meta.url).pathname;

/** What the report is made by, and what it has made. */
const REPORT = ["report", "results"];

function areas(): string[] {
  return [...Deno.readDirSync(HERE)].filter((e) => e.isDirectory && !REPORT.includes(e.name)).map((
    e,
  ) => e.name).sort();
}

function programs(area: string): string[] {
  const files = [...Deno.readDirSync(HERE + area)]
    .filter((e) => e.isFile && e.name.endsWith(".ts") && !e.name.startsWith("_"))
    .map((e) => e.name).sort();
  return (files.includes("main.ts") ? ["main.ts"] : files).map((name) => `${HERE}${area}/${name}`);
}

const [first, ...others] = Deno.args;
if (first === undefined || (first.startsWith("--") && first !== "--list")) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--unstable-net", `${HERE}report/main.ts`, ...Deno.args],
    cwd: `${HERE}..`,
  }).spawn().status;
  Deno.exit(code);
} else if (first === "--list") {
  for (const area of areas()) {
    console.log(`${area}: ${programs(area).map((path) => path.split("/").pop()).join(", ")}`);
  }
} else {
  for (const area of [first, ...others]) {
    if (!areas().includes(area)) {
      console.error(`Cannot run: no area ${area}`);
      Deno.exit(2);
    }
    for (const path of programs(area)) {
      console.log(`== ${path.slice(HERE.length)}`);
      const { code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--unstable-net", path],
        cwd: `${HERE}..`,
      }).spawn().status;
      if (code !== 0) Deno.exit(code);
    }
  }
}
