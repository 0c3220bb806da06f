/**
 * Writes wire/_value_table.ts: what a value of each layer is checked by, from the types of the values as
 * `deno doc --json` has them, so that a type and its check cannot differ. With --check it writes
 * nothing, and ends with 1 if the file is not what it would write.
 */

// deno-lint-ignore-file no-explicit-any

const ROOT = new URL("..", import.meta.url);
const FILE = new URL("wire/_value_table.ts", ROOT);

interface Property {
  readonly name: string;
  readonly optional: boolean;
  readonly type: any;
}

interface Doc {
  /** Interfaces and type aliases, by name. */
  readonly types: ReadonlyMap<string, any>;
  /** By the name of each row the type of its values: the first type argument. */
  readonly layers: readonly (readonly [row: string, type: any])[];
}

async function readDoc(): Promise<Doc> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--json", "wire/mod.ts"],
    cwd: ROOT,
  }).output();
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const { symbols } = Object.values(nodes)[0] as any;
  const types = new Map<string, any>();
  const layers: [string, any][] = [];
  for (const { name, declarations } of symbols) {
    for (const { kind, def } of declarations) {
      if (kind === "interface" || kind === "typeAlias") types.set(name, { kind, def });
      if (kind === "variable" && def.tsType?.value?.typeName === "LayerRow") {
        layers.push([name, def.tsType.value.typeParams[0]]);
      }
    }
  }
  return { types, layers };
}

/** The table as text, before it is formatted. */
class Table {
  readonly #types: Doc["types"];
  /** Named shapes in the order in which they can be declared. */
  readonly #declared = new Map<string, string>();

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
        return type.value;
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
        return this.#named(type.value.typeName);
    }
    throw new Error(`no parameter for ${JSON.stringify(type)}`);
  }

  #named(name: string): string {
    if (name === "Uint8Array") return "bytes";
    const { kind, def } = this.#type(name);
    const short = `${name[0].toLowerCase()}${name.slice(1)}`;
    if (!this.#declared.has(short)) {
      const text = kind === "typeAlias"
        ? this.parameter(def.tsType)
        : this.#object(this.#own(name));
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
      for (const one of this.#own(parent.value.typeName)) found.set(one.name, one);
    }
    for (const one of propertiesOf(def)) found.set(one.name, one);
    return [...found.values()];
  }

  #properties(type: any): Property[] {
    if (type.kind === "typeLiteral") return propertiesOf(type.value);
    const { kind, def } = this.#type(type.value.typeName);
    return kind === "interface" ? this.#own(type.value.typeName) : this.#properties(def.tsType);
  }

  /** The members of a union, those of unions in it included. */
  #members(type: any): any[] {
    if (type.kind === "union") return type.value.flatMap((one: any) => this.#members(one));
    if (type.kind === "parenthesized") return this.#members(type.value);
    if (type.kind === "typeRef" && type.value.typeName !== "Uint8Array") {
      const { kind, def } = this.#type(type.value.typeName);
      if (kind === "typeAlias") return this.#members(def.tsType);
    }
    return [type];
  }

  #union(type: any): string {
    const members = this.#members(type);
    const texts = members.filter(({ kind }) => kind === "literal").map(literal);
    if (texts.length > 0) {
      const other = members.some(({ kind, value }) => kind === "keyword" && value === "number");
      const named = `oneOf(${texts.join(", ")})`;
      return other ? `numberOr(${named})` : named;
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

/** The file as it should be. */
export async function valueTable(): Promise<string> {
  const { types, layers } = await readDoc();
  const table = new Table(types);
  const rows = layers.map(([name, type]) =>
    `${name.replace(/Layer$/, "")}: ${table.parameter(type)}`
  );
  const used = [
    "bigint",
    "boolean",
    "bytes",
    "list",
    "number",
    "numberOr",
    "object",
    "oneOf",
    "optional",
  ];
  used.push("string", "tuple", "variant");
  const body = [...table.declarations, `export const VALUES = { ${rows.join(", ")} } as const;`];
  const imports = used.filter((name) => new RegExp(`\\b${name}\\b`).test(body.join("\n")));
  return `// deno-fmt-ignore-file: a line a type
/**
 * What a value of each layer is checked by. Written by tools/wire_values.ts from the documented types;
 * not to be edited.
 *
 * @module
 */

import { ${imports.join(", ")} } from "./_value_kinds.ts";

${body.slice(0, -1).join("\n")}

/** By the name of the row, without its "Layer". */
${body.at(-1)}
`;
}

if (import.meta.main) {
  const made = await valueTable();
  if (!Deno.args.includes("--check")) await Deno.writeTextFile(FILE, made);
  else if (await Deno.readTextFile(FILE) !== made) {
    console.error("wire/_value_table.ts is not what the types say: run tools/wire_values.ts");
    Deno.exit(1);
  }
}
