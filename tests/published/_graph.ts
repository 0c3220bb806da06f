/** What an import loads, as `deno info` tells. */
interface Module {
  specifier: string;
  local?: string;
  dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
}

/**
 * The files that a module leads to.
 *
 * @param entry Its path.
 * @returns Those loaded with it, types left out, and all that it may load later as well.
 */
export async function graphOf(
  entry: string,
): Promise<{ atOnce: ReadonlySet<string>; all: ReadonlySet<string> }> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
    cwd: entry.slice(0, entry.lastIndexOf("/")),
  }).output();
  const { roots, modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    roots: string[];
    modules: Module[];
  };
  const bySpecifier = new Map(modules.map((module) => [module.specifier, module]));
  const walk = (later: boolean) => {
    const found = new Set<string>();
    const open = [...roots];
    for (let specifier = open.pop(); specifier !== undefined; specifier = open.pop()) {
      const module = bySpecifier.get(specifier);
      if (module?.local === undefined || found.has(module.local)) continue;
      found.add(module.local);
      for (const { code, isDynamic } of module.dependencies ?? []) {
        if (code?.specifier !== undefined && (later || isDynamic !== true)) {
          open.push(code.specifier);
        }
      }
    }
    return found;
  };
  return { atOnce: walk(false), all: walk(true) };
}
