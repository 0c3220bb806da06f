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

/** The table as text. */
class Table {
  readonly #types: Doc["types"];
  /** Named shapes in the order in which they can be declared. */
  readonly #declared = new Map<string, string>();

  readonly #open = new Set<string>();

  constructor(types: Doc["types"]) {
    this.#types = types;
  }

  get declarations(): string[] {
    return [...this.#declared].map(([name, text]) => `const ${name} = ${text};`);
  }

  /** The parameter of a type, as source text. */
  parameter(type: any): string {
    switch (type.kind) {
      case "keyword":
        return type.value === "null" ? "nothing" : type.value;
      case "literal":
        return `oneOf(${literal(type)})`;
      case "array":
        return `list(${this.parameter(type.value)})`;
      case "tuple":
        return `tuple(${type.value.map((one: any) => this.parameter(one)).join(", ")})`;
      case "typeOperator":
        return this.parameter(type.value.tsType);
      case "parenthesized":
        return this.parameter(type.value);
      case "typeLiteral":
        return this.#object(this.#properties(type));
      case "union":
        return this.#union(type);
      case "typeRef":
        if (type.value.typeName === "Record") return "record";
        if (type.value.typeName === "Readonly") return this.parameter(type.value.typeParams[0]);
        return this.#named(type.value.typeName);
    }
    throw new Error(`no parameter for ${JSON.stringify(type)}`);
  }

  #named(name: string): string {
    if (name === "Uint8Array") return "bytes";
    if (LEAVES.includes(name)) return `${name[0].toLowerCase()}${name.slice(1)}`;
    const { kind, def } = this.#type(name);
    const short = `${name[0].toLowerCase()}${name.slice(1)}`;
    // A type that has itself inside is looked at when the value is.
    if (this.#open.has(short)) return `later(() => ${short})`;
    if (!this.#declared.has(short)) {
      this.#open.add(short);
      const text = kind === "typeAlias"
        ? this.parameter(def.tsType)
        : this.#object(this.#own(name));
      this.#open.delete(short);
      this.#declared.set(short, text);
    }
    return short;
  }

  #type(name: string): any {
    const found = this.#types.get(name);
    if (found === undefined) throw new Error(`type ${name} is not documented`);
    return found;
  }

  #object(properties: readonly Property[]): string {
    const rows = properties.map(({ name, optional, type }) => {
      const inner = this.parameter(type);
      return `${name}: ${optional ? `optional(${inner})` : inner}`;
    });
    return `object({ ${rows.join(", ")} })`;
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

  #union(type: any): string {
    const members = this.#members(type);
    const texts = members.filter(({ kind }) => kind === "literal").map(literal);
    if (texts.length > 0) {
      const others = members.filter(({ kind }) => kind !== "literal");
      const named = `oneOf(${texts.join(", ")})`;
      if (others.length === 0) return named;
      if (others.length === 1 && others[0].value === "number") return `numberOr(${named})`;
      return `anyOf(${[...others.map((one) => this.parameter(one)), named].join(", ")})`;
    }
    if (members.every(({ kind, value }) => kind === "keyword" || LEAVES.includes(value.typeName))) {
      return `anyOf(${members.map((one) => this.parameter(one)).join(", ")})`;
    }
    return this.#variants(members);
  }

  /** Objects that are told apart by the texts of one of their keys. */
  #variants(members: readonly any[]): string {
    const each = members.map((type) => ({ type, properties: this.#properties(type) }));
    const key = each[0].properties.find(({ name }) => {
      const all = each.map(({ properties }) => this.#texts(properties, name));
      const flat = all.flat();
      const without = all.flatMap((texts, i) => texts.length === 0 ? [each[i].properties] : []);
      return without.length <= 1 && without.every((properties) => isNumber(properties, name)) &&
        new Set(flat).size === flat.length;
    })?.name;
    if (key === undefined) throw new Error(`nothing tells ${JSON.stringify(members)} apart`);
    const rows: string[] = [];
    let other = "";
    for (const { type, properties } of each) {
      const texts = this.#texts(properties, key);
      const shape = this.parameter(type);
      if (texts.length === 0) other = `, ${shape}`;
      else rows.push(`[[${texts.join(", ")}], ${shape}]`);
    }
    return `variant(${JSON.stringify(key)}, [${rows.join(", ")}]${other})`;
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

/** The kinds that a table may use (`core/value_kinds.ts`, `netlink/_value_kinds.ts`). */
const KINDS = [
  "anyOf",
  "bigint",
  "boolean",
  "bytes",
  "later",
  "list",
  "namespace",
  "nothing",
  "number",
]
  .concat(
    ["numberOr", "object", "oneOf", "optional", "record", "string", "tuple", "variant"],
  );

/** A file as it should be. */
export async function valueTable(source: TableSource): Promise<string> {
  const doc = await readDoc(source.module);
  const table = new Table(doc.types);
  const rows = source.roots(doc).map(([name, type]) => `${name}: ${table.parameter(type)}`);
  const body = [...table.declarations, `export const VALUES = { ${rows.join(", ")} } as const;`];
  const used = KINDS.filter((name) => new RegExp(`\\b${name}\\b(?!:)`).test(body.join("\n")));
  return `// deno-fmt-ignore-file: a line a type
/**
 * What values are checked by. Written by tools/value_tables.ts from the documented types; not to be
 * edited.
 *
 * @module
 */

import { ${used.join(", ")} } from "${source.kinds}";

${body.slice(0, -1).join("\n")}

/** ${source.about} */
${body.at(-1)}
`;
}

if (import.meta.main) {
  for (const source of TABLES) {
    await Deno.writeTextFile(new URL(source.file, ROOT), await valueTable(source));
  }
}
