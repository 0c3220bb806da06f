/**
 * Makes the hostile calls: one of `share` of them, chosen by their number. Prints one line of JSON for
 * each fault, and at last the counts; `at` of the file that it is told names the call that is made.
 */
import config from "../../deno.json" with { type: "json" };
import { type DocCall, methodsOf, readDocumentation } from "./_documentation.ts";
import { attempt, fault } from "./_judge.ts";
import { spotsOf } from "./_spots.ts";
import { EXAMPLES, SUBJECTS } from "./_subjects.ts";
import { type Examples, fits } from "./_types.ts";
import { encoderExamples } from "./_wire_examples.ts";
import { VALUES } from "./_values.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const [shareText, at, only] = Deno.args;
const share = Number(shareText);
let number = 0;
let made = 0;

/** Whether it is this call's turn. Those of one place differ from run to run of the numbers only. */
function turn(): boolean {
  return number++ % share === 0 || share === 1;
}

interface Target {
  readonly name: string;
  readonly path: string;
  readonly call: DocCall;
  readonly examples?: Examples;
  invoke(args: unknown[]): Promise<() => unknown>;
}

function report(name: string, where: string, value: string, what: string): void {
  console.log(JSON.stringify({ name, where, value, what }));
}

async function judge(
  target: Target,
  where: string,
  value: string,
  type: boolean | undefined,
  keys: readonly string[],
  args: () => unknown[],
): Promise<void> {
  if (!turn()) return;
  Deno.writeTextFileSync(at, `${target.name} ${where} ${value}`);
  made++;
  const run = await target.invoke(args());
  const outcome = await attempt(run);
  const what = fault(outcome, type, where, keys);
  if (what !== undefined) report(target.name, where, value, what);
}

async function attack(target: Target): Promise<void> {
  const { spots, objects } = spotsOf(target.call, target.path, {
    ...EXAMPLES,
    ...target.examples,
  });
  for (const { where, type, keys, put } of spots) {
    for (const [value, make] of VALUES) {
      const fit = fits(type, make(), target.path);
      await judge(target, where, value, fit, keys, () => put(make()));
    }
  }
  for (const { where, keys, add } of objects) {
    const key = `${keys[keys.length - 1]}x`;
    await judge(target, `${where}.${key}`, "misspelt", false, keys, () => add(key));
  }
}

function ends(name: string): boolean {
  return ["close", "detach", "ref", "unref"].includes(name);
}

const documentation = await readDocumentation();

/** What an export of deno.json gives. */
async function exportsOf(path: string): Promise<Any> {
  const files: Record<string, string> = config.exports;
  return await import(`../../${files[path]}`);
}

for (const module of documentation) {
  const found = await exportsOf(module.path);
  for (const call of module.functions) {
    const name = `${module.path}:${call.name}`;
    if (only !== undefined && !name.includes(only)) continue;
    await attack({
      name,
      path: module.path,
      call,
      examples: module.path === "./wire" ? encoderExamples(call.name) : undefined,
      invoke: (args) => Promise.resolve(() => found[call.name](...args)),
    });
  }
}
/** Every option's row: what `setOption` is given goes to its codec before any system call. */
for (const { path, variables } of documentation) {
  const found = await exportsOf(path);
  for (const [option, type] of variables) {
    const row = found[option];
    const full = `${path}:${option} value`;
    if (typeof row?.codec?.encode !== "function" || row.access === "ro" || path === ".") continue;
    if (only !== undefined && !full.includes(only)) continue;
    const value = type.value.typeParams[0];
    await attack({
      name: full,
      path,
      call: {
        name: option,
        parameters: [{ name: row.name, optional: false, rest: false, type: value }],
      },
      invoke: (args) => Promise.resolve(() => row.codec.encode(...args)),
    });
  }
}

for (const { name, type, path, make, examples } of SUBJECTS) {
  const first = await make();
  first.close?.();
  for (const call of methodsOf(type, path).values()) {
    const full = `${name}.${call.name}`;
    // What a row may leave out is called where there is one.
    if (ends(call.name) || typeof first[call.name] !== "function") continue;
    if (only !== undefined && !full.includes(only)) continue;
    let subject: Any;
    const target: Target = {
      name: full,
      path,
      call,
      examples,
      async invoke(args) {
        subject?.close?.();
        subject = await make();
        return () => subject[call.name](...args);
      },
    };
    await attack(target);
    subject?.close?.();
  }
}
console.log(JSON.stringify({ made, of: number }));
Deno.exit(0);
