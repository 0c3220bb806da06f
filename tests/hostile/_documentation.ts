/** The documentation's own data (`deno doc --json`) of every export: what can be called, and with what. */

/** A type as the documentation has it; `value` depends on the kind. */
export interface DocType {
  readonly kind: string;
  // deno-lint-ignore no-explicit-any
  readonly value?: any;
}

/** A parameter of a call. */
export interface DocParameter {
  readonly name: string;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly type: DocType;
}

/** Something that can be called. */
export interface DocCall {
  readonly name: string;
  readonly parameters: readonly DocParameter[];
}

/** A property of an object type. */
export interface DocProperty {
  readonly name: string;
  readonly optional: boolean;
  readonly type: DocType;
}

/** Everything that one export shows. */
export interface DocModule {
  readonly path: string;
  readonly functions: readonly DocCall[];
  /** Constants, by name. */
  readonly variables: ReadonlyMap<string, DocType>;
}

interface Declaration {
  readonly kind: string;
  // deno-lint-ignore no-explicit-any
  readonly def: any;
}

const ROOT = new URL("../..", import.meta.url);

/** All types by name: a name means one thing in the whole module. */
const types = new Map<string, Declaration>();
const methods = new Map<string, Map<string, DocCall>>();

// deno-lint-ignore no-explicit-any
function parameterOf(given: any): DocParameter {
  const inner = given.kind === "assign" ? given.left : given.kind === "rest" ? given.arg : given;
  return {
    name: inner.name ?? "options",
    optional: given.kind === "assign" || given.kind === "rest" || inner.optional === true,
    rest: given.kind === "rest",
    type: given.tsType ?? inner.tsType ?? { kind: "unknown" },
  };
}

// deno-lint-ignore no-explicit-any
function callOf(name: string, def: any): DocCall {
  return { name, parameters: def.params.map(parameterOf) };
}

/** Reads the documentation of all exports in deno.json. */
export async function readDocumentation(): Promise<DocModule[]> {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const found: DocModule[] = [];
  for (const [path, file] of Object.entries(exports as Record<string, string>)) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["doc", "--json", file],
      cwd: ROOT,
    }).output();
    if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
    const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
    // deno-lint-ignore no-explicit-any
    const { symbols } = Object.values(nodes)[0] as any;
    found.push(readModule(path, symbols));
  }
  return found;
}

// deno-lint-ignore no-explicit-any
function readModule(path: string, symbols: any[]): DocModule {
  const functions: DocCall[] = [];
  const variables = new Map<string, DocType>();
  for (const { name, declarations } of symbols) {
    for (const declaration of declarations as Declaration[]) {
      const { kind, def } = declaration;
      if (kind === "function") functions.push(callOf(name, def));
      if (kind === "variable" && def.tsType !== undefined) variables.set(name, def.tsType);
      if (["interface", "class", "typeAlias"].includes(kind)) keepType(path, name, declaration);
    }
  }
  return { path, functions, variables };
}

function keepType(path: string, name: string, declaration: Declaration): void {
  // A name that two folders use for two types is told apart by the folder.
  for (const key of [name, `${path}:${name}`]) {
    if (!types.has(key)) types.set(key, declaration);
  }
  const own = new Map<string, DocCall>();
  for (const method of declaration.def.methods ?? []) {
    if (method.isStatic || method.name.startsWith("[") || method.kind === "getter") continue;
    if (method.kind === "setter") continue;
    own.set(method.name, callOf(method.name, method.functionDef ?? method));
  }
  methods.set(`${path}:${name}`, own);
  if (!methods.has(name)) methods.set(name, own);
}

/** A type by its name, as `path` sees it. */
export function typeNamed(name: string, path: string): Declaration | undefined {
  return types.get(`${path}:${name}`) ?? types.get(name);
}

/** The methods of what a type is made of: another one by name, or several at once. */
function methodsWithin(type: DocType, path: string): Map<string, DocCall> {
  if (type.kind === "typeRef") return methodsOf(type.value.typeName, path);
  if (type.kind !== "intersection") return new Map();
  return new Map(type.value.flatMap((part: DocType) => [...methodsWithin(part, path)]));
}

/** The methods of an interface or a class, what it extends included. */
export function methodsOf(name: string, path: string): Map<string, DocCall> {
  const found = new Map<string, DocCall>();
  const declaration = typeNamed(name, path);
  if (declaration?.kind === "typeAlias") return methodsWithin(declaration.def.tsType, path);
  const parents = declaration?.def.extends;
  for (const parent of Array.isArray(parents) ? parents : []) {
    if (parent.kind !== "typeRef") continue;
    for (const [key, call] of methodsOf(parent.value.typeName, path)) found.set(key, call);
  }
  for (const [key, call] of methods.get(`${path}:${name}`) ?? methods.get(name) ?? []) {
    found.set(key, call);
  }
  return found;
}
