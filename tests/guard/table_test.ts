/**
 * The permission table. In CI some hosts and 22 grants; whole by `deno task test:permissions`.
 */
import { assertEquals } from "@std/assert";
import * as bridge from "../../bridge/mod.ts";
import * as root from "../../mod.ts";
import { inNamespace, runJson } from "../socket/_program.ts";
import { testWith } from "../_tools.ts";
import { GRANTS, HOSTS, MORE_GRANTS, MORE_HOSTS } from "./_grants.ts";
import { tableRows, WITHOUT_ROW } from "./_table.ts";

const library = { ...root, bridge };
const whole = Deno.env.get("WHOLE_TABLE") === "1";
const hosts = whole ? [...HOSTS, ...MORE_HOSTS] : HOSTS;
const grants = whole ? [...GRANTS, ...MORE_GRANTS] : GRANTS;
const rows = tableRows(hosts);
/** Namespaces of values and text alone. */
const PURE = ["ip", "wire"];

/** Exported functions and classes, those of namespaces by `namespace.name`. */
function exportsOf(): string[] {
  const names: string[] = [];
  for (const [name, value] of Object.entries(library)) {
    if (typeof value === "function") names.push(name);
    else if ((value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag] === "Module") {
      if (PURE.includes(name)) continue;
      for (const [inner, part] of Object.entries(value)) {
        if (typeof part === "function") names.push(`${name}.${inner}`);
      }
    }
  }
  return names;
}

Deno.test("every export has a row in the permission table, or a reason for none", () => {
  const named = new Set([...rows.map(({ name }) => name), ...WITHOUT_ROW]);
  assertEquals(exportsOf().filter((name) => !named.has(name)), []);
  const there = new Set(exportsOf());
  assertEquals([...named].filter((name) => !there.has(name)), []);
});

const PROGRAM = `
  import * as m from "$/mod.ts";
  import * as bridge from "$/bridge/mod.ts";
  const bytes = new Uint8Array(1);
  const dir = DIR;
  const drain = async (what) => {
    const value = await what;
    if (value?.[Symbol.asyncIterator]) for await (const _ of value);
  };
  const soon = () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    return controller.signal;
  };
  const broken = [];
  const refused = async (run, name) => {
    try {
      await run();
      return false;
    } catch (error) {
      // A row with wrong arguments would pass for one that was let through.
      const wrong = error instanceof TypeError || error instanceof RangeError;
      if (name && wrong) broken.push(name + ": " + error.message);
      return error instanceof Deno.errors.NotCapable;
    }
  };
  const rows = [ROWS];
  const wrong = [];
  for (const [name, ours, oracle] of rows) {
    const [us, deno] = [await refused(ours, name), await refused(oracle)];
    if (us !== deno) wrong.push(name + (us ? ": refused, Deno allows" : ": allowed, Deno refuses"));
  }
  console.log(JSON.stringify({ wrong, broken, count: rows.length }));
  Deno.exit();
`;

interface Outcome {
  readonly wrong: string[];
  readonly broken: string[];
  readonly count: number;
}

/** Where ours differs on purpose: the row's name, the grant, and why. */
const REASONS: readonly { row: RegExp; grant: RegExp; why: string }[] = [];

for (const grant of grants) {
  testWith(
    { root: true, netns: true },
    `permissions: ${
      grant.join(" ") || "none"
    }: what Deno refuses is refused, what it allows is not`,
    async () => {
      const dir = await Deno.makeTempDir();
      try {
        const flags = grant.map((flag) => flag.replaceAll("DIR", dir));
        const list = rows.map(({ name, what, ours, oracle }) =>
          `[${
            JSON.stringify(`${name} ${what}`.trim())
          }, async () => { ${ours} }, async () => { ${oracle} }]`
        );
        const source = PROGRAM.replace("DIR", JSON.stringify(dir))
          .replace("ROWS", () => list.join(",\n"));
        const { wrong, broken, count } = await runJson<Outcome>(source, {
          flags: [
            "--unstable-net",
            ...(grant.includes("--allow-all") ? [] : ["--allow-ffi"]),
            ...flags,
          ],
          prefix: ["unshare", "-u", ...inNamespace("ip link set lo up")],
        });
        assertEquals([count, broken], [rows.length, []]);
        const text = grant.join(" ");
        const unexplained = wrong.filter((name) =>
          !REASONS.some(({ row, grant }) => row.test(name) && grant.test(text))
        );
        assertEquals(unexplained, []);
      } finally {
        await Deno.remove(dir, { recursive: true });
      }
    },
  );
}
