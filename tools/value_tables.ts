/**
 * Writes the tables that values are checked by (`wire/_value_table.ts`, `netlink/_value_table.ts`), from
 * the types of the values as `deno doc --json` has them, so that a type and its check cannot differ.
 */

// deno-lint-ignore-file no-explicit-any

const ROOT = new URL("..", import.meta.url);
/** A table: the documented module, the file to write, and which of its types have a line there. */
interface TableSource {
  readonly module: string;
  readonly file: string;
  /** What the table is about, for its head. */
  readonly about: string;
  readonly kinds: string;
  /** The names of the lines and their types. */
  roots(doc: Doc): (readonly [name: string, type: any])[];
}

/** The tables. */
export const TABLES: readonly TableSource[] = [
  {
    module: "wire/mod.ts",
    file: "wire/_value_table.ts",
    about: 'By the name of the row, without its "Layer".',
    kinds: "../core/value_kinds.ts",
    roots: ({ rows }) => rows.map(([name, type]) => [name.replace(/Layer$/, ""), type]),
  },
  {
    module: "netlink/mod.ts",
    file: "netlink/_value_table.ts",
    about: "What is changed, by what it is.",
    kinds: "./_value_kinds.ts",
    roots: () => [["change", { kind: "typeRef", value: { typeName: "Change" } }]],
  },
];

interface Property {
  readonly name: string;
  readonly optional: boolean;
  readonly type: any;
}

interface Doc {
  /** Interfaces and type aliases, by name. */
  readonly types: ReadonlyMap<string, any>;
  /** By the name of each row of a layer the type of its values: the first type argument. */
  readonly rows: readonly (readonly [row: string, type: any])[];
}

async function readDoc(module: string): Promise<Doc> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", module],
    cwd: ROOT,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const { symbols } = Object.values(nodes)[0] as any;
  const types = new Map<string, any>();
  const rows: [string, any][] = [];
  for (const { name, declarations } of symbols) {
    for (const { kind, def } of declarations) {
      if (kind === "interface" || kind === "typeAlias") types.set(name, { kind, def });
      if (kind === "variable" && def.tsType?.value?.typeName === "LayerRow") {
        rows.push([name, def.tsType.value.typeParams[0]]);
      }
    }
  }
  return { types, rows };
}

/** Types that have a check of their own, by hand. */
const LEAVES = ["Uint8Array", "Namespace"];

/**
 * What every check is told, beside the value: the action, and the name as `place` puts it together. The
 * names in a table are short, for tables are loaded by all who use them.
 */
const PLACE = "a, n, i";

/** A check, as source text, and whether it is a function of the table. */
interface Check {
  readonly text: string;
  readonly ours?: boolean;
}

/** The table as text. */
class Table {
  readonly #types: Doc["types"];
  readonly #functions = new Map<string, string>();
  readonly #constants = new Map<string, string>();

  constructor(types: Doc["types"]) {
    this.#types = types;
  }

  get declarations(): string {
    const constants = [...this.#constants].map(([text, name]) => `const ${name} = ${text};`);
    return [...constants, "", ...this.#functions.values()].join("\n");
  }

  /** How a type is checked; `name` is for what has none of its own. */
  check(type: any, name: string): Check {
    switch (type.kind) {
      case "keyword":
        return { text: type.value === "null" ? "nothing" : type.value };
      case "literal":
        return this.#kept(`oneOf(${literal(type)})`);
      case "array": {
        const { text, ours } = this.check(type.value, name);
        return this.#kept(`${ours ? "each" : "list"}(${text})`);
      }
      case "tuple":
        return this.#kept(
          `tuple(${type.value.map((one: any) => this.check(one, name).text).join(", ")})`,
        );
      case "typeOperator":
        return this.check(type.value.tsType, name);
      case "parenthesized":
        return this.check(type.value, name);
      case "typeLiteral":
        return this.#function(name, () => this.#object(this.#properties(type), name));
      case "union":
        return this.#union(type, name);
      case "typeRef":
        if (type.value.typeName === "Record") return { text: "record" };
        if (type.value.typeName === "Readonly") return this.check(type.value.typeParams[0], name);
        return this.#named(type.value.typeName);
    }
    throw new Error(`no check for ${JSON.stringify(type)}`);
  }

  /** What is made when the table is loaded, once each. */
  #kept(text: string): Check {
    const known = this.#constants.get(text);
    if (known !== undefined) return { text: known };
    const made = `K${this.#constants.size + 1}`;
    this.#constants.set(text, made);
    return { text: made };
  }

  #named(name: string): Check {
    if (name === "Uint8Array") return { text: "bytes" };
    if (LEAVES.includes(name)) return { text: `${name[0].toLowerCase()}${name.slice(1)}` };
    const { kind, def } = this.#type(name);
    const short = `${name[0].toLowerCase()}${name.slice(1)}`;
    if (kind === "typeAlias") return this.check(def.tsType, short);
    return this.#function(short, () => this.#object(this.#own(name), short));
  }

  #function(name: string, body: () => string[]): Check {
    if (!this.#functions.has(name)) {
      // A type that has itself inside calls what is being written.
      this.#functions.set(name, "");
      const lines = [`const g = objectAt(v, ${PLACE});`, ...body()];
      this.#functions.set(
        name,
        `function ${name}(v: unknown, a: string, n: string, i?: number): Made {\n` +
          lines.map((line) => `  ${line}\n`).join("") + "}",
      );
    }
    return { text: name, ours: true };
  }

  #type(name: string): any {
    const found = this.#types.get(name);
    if (found === undefined) throw new Error(`type ${name} is not documented`);
    return found;
  }

  /**
   * The rest of a function that checks an object: each key is read once. `found` has been read
   * already, and is sound.
   */
  #object(properties: readonly Property[], owner: string, found?: string): string[] {
    const keys = properties.map(({ name }) => `k !== ${JSON.stringify(name)}`).join(" && ");
    const made: string[] = [];
    const added: string[] = [];
    for (const { name, optional, type } of properties) {
      if (name === found) {
        made.push(`${name}: f`);
        continue;
      }
      if (!optional && type.kind === "literal") {
        made.push(`${name}: only(${literal(type)}, g.${name}, ${PLACE}, "${name}")`);
        continue;
      }
      const { text, ours } = this.check(type, `${owner}${name[0].toUpperCase()}${name.slice(1)}`);
      const checked = (value: string) =>
        ours
          ? `${text}(${value}, a, place(n, i, "${name}"))`
          : `${text}(${value}, ${PLACE}, "${name}")`;
      if (!optional) made.push(`${name}: ${checked(`g.${name}`)}`);
      else {
        added.push(
          `const $${name} = g.${name}; ` +
            `if ($${name} !== undefined) m.${name} = ${checked(`$${name}`)};`,
        );
      }
    }
    return [
      `for (const k in g) if (${keys}) checkInherited(g, k, ${PLACE});`,
      `const m: Made = { ${made.join(", ")} };`,
      ...added,
      "return m;",
    ];
  }

  /** The properties of an interface, what it extends included. */
  #own(name: string): Property[] {
    const { def } = this.#type(name);
    const found = new Map<string, Property>();
    for (const parent of def.extends ?? []) {
      for (const one of this.#properties(parent)) found.set(one.name, one);
    }
    for (const one of propertiesOf(def)) found.set(one.name, one);
    return [...found.values()];
  }

  #properties(type: any): Property[] {
    if (type.kind === "typeLiteral") return propertiesOf(type.value);
    const { typeName, typeParams } = type.value;
    if (typeName === "Partial") {
      return this.#properties(typeParams[0]).map((one) => ({ ...one, optional: true }));
    }
    if (typeName === "Omit") {
      const left = this.#members(typeParams[1]).map(({ value }) => value.string);
      return this.#properties(typeParams[0]).filter(({ name }) => !left.includes(name));
    }
    const { kind, def } = this.#type(typeName);
    return kind === "interface" ? this.#own(type.value.typeName) : this.#properties(def.tsType);
  }

  /** The members of a union, those of unions in it included. */
  #members(type: any): any[] {
    if (type.kind === "union") return type.value.flatMap((one: any) => this.#members(one));
    if (type.kind === "parenthesized") return this.#members(type.value);
    if (type.kind === "typeRef" && !LEAVES.includes(type.value.typeName)) {
      const found = this.#types.get(type.value.typeName);
      if (found?.kind === "typeAlias") return this.#members(found.def.tsType);
    }
    return [type];
  }

  #union(type: any, name: string): Check {
    const members = this.#members(type);
    const texts = members.filter(({ kind }) => kind === "literal").map(literal);
    const others = members.filter(({ kind }) => kind !== "literal");
    if (texts.length > 0) {
      const named = `oneOf(${texts.join(", ")})`;
      if (others.length === 0) return this.#kept(named);
      if (others.length === 1 && others[0].value === "number") {
        return this.#kept(`numberOr(${named})`);
      }
      const checks = others.map((one) => this.check(one, name).text);
      return this.#kept(`anyOf(${[...checks, named].join(", ")})`);
    }
    if (members.every(({ kind, value }) => kind === "keyword" || LEAVES.includes(value.typeName))) {
      return this.#kept(`anyOf(${members.map((one) => this.check(one, name).text).join(", ")})`);
    }
    return this.#function(name, () => this.#variants(members, name));
  }

  /** Objects that are told apart by the texts of one of their keys. */
  #variants(members: readonly any[], owner: string): string[] {
    const each = members.map((type) => ({ type, properties: this.#properties(type) }));
    const key = each[0].properties.find(({ name }) => {
      const all = each.map(({ properties }) => this.#texts(properties, name));
      const flat = all.flat();
      const without = all.flatMap((texts, i) => texts.length === 0 ? [each[i].properties] : []);
      return without.length <= 1 && without.every((properties) => isNumber(properties, name)) &&
        new Set(flat).size === flat.length;
    })?.name;
    if (key === undefined) throw new Error(`nothing tells ${JSON.stringify(members)} apart`);
    const lines = [`const f = g.${key};`];
    const all: string[] = [];
    for (const { properties } of each) {
      const texts = this.#texts(properties, key);
      all.push(...texts);
      const is = texts.map((text) => `f === ${text}`).join(" || ") ||
        'typeof f === "number"';
      const body = this.#object(properties, owner, key).map((line) => `  ${line}`);
      lines.push(`if (${is}) {`, ...body, "}");
    }
    const named = this.#kept(`oneOf(${all.join(", ")})`).text;
    return [...lines, `return ${named}(f, ${PLACE}, "${key}") as never;`];
  }

  #texts(properties: readonly Property[], key: string): string[] {
    const type = properties.find(({ name }) => name === key)?.type;
    if (type === undefined) return [];
    const members = this.#members(type);
    return members.every(({ kind }) => kind === "literal") ? members.map(literal) : [];
  }
}

function isNumber(properties: readonly Property[], key: string): boolean {
  const type = properties.find(({ name }) => name === key)?.type;
  return type?.kind === "keyword" && type.value === "number";
}

function propertiesOf(def: any): Property[] {
  return (def.properties ?? []).map((
    { name, optional, tsType }: any,
  ) => ({ name, optional, type: tsType }));
}

function literal(type: any): string {
  return JSON.stringify(type.value[type.value.kind]);
}

/** What a table may import (`core/value_kinds.ts`, `netlink/_value_kinds.ts`). */
const KINDS = [
  ...["anyOf", "bigint", "boolean", "bytes", "checkInherited", "each", "list", "namespace"],
  ...[
    "nothing",
    "number",
    "numberOr",
    "objectAt",
    "oneOf",
    "only",
    "place",
    "record",
    "string",
    "tuple",
  ],
];

/** A file as it should be. */
export async function valueTable(source: TableSource): Promise<string> {
  const doc = await readDoc(source.module);
  const table = new Table(doc.types);
  const rows = source.roots(doc).map(([name, type]) => {
    return `${name}: ${table.check(type, name).text} as ValueCheck`;
  });
  const { declarations } = table;
  const used = KINDS.filter((name) => new RegExp(`\\b${name}\\b(?=[(,)])`).test(declarations));
  return `// deno-fmt-ignore-file: a line a key
/**
 * What values are checked by. Written by tools/value_tables.ts from the documented types; not to be
 * edited.
 *
 * A function reads each key of a value once and makes an object of what it has read. They are written
 * out because a loop over keys as data takes ten times as long.
 *
 * @module
 */

import { ${[...used, "type Made", "type ValueCheck"].join(", ")} } from "${source.kinds}";

${declarations}

/** ${source.about} */
export const VALUES = { ${rows.join(", ")} } as const;
`;
}

if (import.meta.main) {
  for (const source of TABLES) {
    await Deno.writeTextFile(new URL(source.file, ROOT), await valueTable(source));
  }
}
