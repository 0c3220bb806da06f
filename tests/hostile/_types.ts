/** What a documented type takes: an example of it, its keys, and whether a value is of it. */
import { type DocProperty, type DocType, typeNamed } from "./_documentation.ts";

/** What an example of a type or of a parameter is, where its kind alone does not say. */
export type Examples = Readonly<Record<string, () => unknown>>;

/** The properties of an object type; `undefined` for other types and for those that cannot be told. */
export function propertiesOf(type: DocType, path: string): DocProperty[] | undefined {
  if (type.kind === "typeLiteral") return propertiesOfDefinition(type.value, path);
  if (type.kind === "intersection") {
    const parts = type.value.map((part: DocType) => propertiesOf(part, path));
    return parts.includes(undefined) ? undefined : parts.flat();
  }
  if (type.kind !== "typeRef") return undefined;
  const { typeName, typeParams } = type.value;
  if (typeName === "Omit") {
    const left = literalsOf(typeParams[1]);
    return propertiesOf(typeParams[0], path)?.filter(({ name }) => !left.includes(name));
  }
  const declaration = typeNamed(typeName, path);
  if (declaration?.kind === "typeAlias") return propertiesOf(declaration.def.tsType, path);
  if (declaration?.kind !== "interface") return undefined;
  return propertiesOfDefinition(declaration.def, path);
}

// deno-lint-ignore no-explicit-any
function propertiesOfDefinition(def: any, path: string): DocProperty[] | undefined {
  const own: DocProperty[] = (def.properties ?? []).map((
    { name, optional, tsType }: { name: string; optional: boolean; tsType: DocType },
  ) => ({ name, optional, type: tsType ?? { kind: "unknown" } }));
  if ((def.indexSignatures ?? []).length > 0 || (def.methods ?? []).length > 0) return undefined;
  const found = new Map<string, DocProperty>();
  for (const parent of def.extends ?? []) {
    const inherited = propertiesOf(parent, path);
    if (inherited === undefined) return undefined;
    for (const property of inherited) found.set(property.name, property);
  }
  for (const property of own) found.set(property.name, property);
  return [...found.values()];
}

function literalsOf(type: DocType): string[] {
  if (type.kind === "union") return type.value.flatMap(literalsOf);
  return type.kind === "literal" ? [type.value.string] : [];
}

/** A value of a type that its function takes. */
export function exampleOf(
  type: DocType,
  path: string,
  names: readonly string[],
  examples: Examples,
): unknown {
  for (const name of names) {
    if (Object.hasOwn(examples, name)) return examples[name]();
  }
  const rest = names.slice(-1);
  switch (type.kind) {
    case "keyword":
      return { number: 1, string: "x", boolean: true, bigint: 1n }[type.value as string];
    case "literal":
      return literalOf(type);
    case "array":
    case "tuple":
      return [type.value].flat().map((element: DocType) => exampleOf(element, path, [], examples));
    case "union":
      return exampleOf(type.value[0], path, rest, examples);
    case "typeOperator":
    case "parenthesized":
      return exampleOf(type.value.tsType ?? type.value, path, rest, examples);
    case "fnOrConstructor":
      return () => undefined;
    case "typeRef": {
      const { typeName, typeParams } = type.value;
      if (Object.hasOwn(examples, typeName)) return examples[typeName]();
      if (typeName === "Partial") return {};
      if (["Iterable", "AsyncIterable", "Readonly", "ReadonlyArray"].includes(typeName)) {
        const inner = exampleOf(typeParams[0], path, [], examples);
        return typeName === "Readonly" ? inner : [inner];
      }
      const alias = typeNamed(typeName, path);
      if (alias?.kind === "typeAlias") return exampleOf(alias.def.tsType, path, rest, examples);
    }
  }
  const properties = propertiesOf(type, path);
  if (properties === undefined) return undefined;
  return Object.fromEntries(
    properties.filter(({ optional }) => !optional).map((
      { name, type },
    ) => [name, exampleOf(type, path, [name], examples)]),
  );
}

function literalOf({ value }: DocType): unknown {
  return value[value.kind];
}

function kindOf(value: unknown): string {
  return typeof value;
}

const INSTANCES: Record<string, (value: unknown) => boolean> = {
  Uint8Array: (value) => value instanceof Uint8Array,
  AbortSignal: (value) => value instanceof AbortSignal,
  URL: (value) => value instanceof URL,
  Date: (value) => value instanceof Date,
};

/**
 * Whether a value may be of a type. `undefined` if its documentation does not tell (a type parameter, a
 * conditional type): the call is then judged by its words and its time only.
 */
export function fits(type: DocType, value: unknown, path: string): boolean | undefined {
  try {
    return fitsKind(type, value, path);
  } catch {
    return undefined; // a value that throws when it is looked at
  }
}

function fitsKind(type: DocType, value: unknown, path: string): boolean | undefined {
  switch (type.kind) {
    case "keyword":
      if (["unknown", "any"].includes(type.value)) return undefined;
      if (type.value === "undefined" || type.value === "void") return value === undefined;
      if (type.value === "null") return value === null;
      if (Number.isNaN(value)) return false;
      // Zero to whoever computes with it, refused where a foreign call would not take it.
      if (type.value === "number" && Object.is(value, -0)) return undefined;
      if (type.value === "object") return undefined;
      return kindOf(value) === type.value;
    case "literal":
      return value === literalOf(type);
    case "parenthesized":
      return fits(type.value, value, path);
    case "typeOperator":
      return fits(type.value.tsType, value, path);
    case "fnOrConstructor":
      return typeof value === "function";
    case "array":
      return Array.isArray(value) && [...value].every((one) => fits(type.value, one, path) ?? true);
    case "tuple":
      return Array.isArray(value) && value.length === type.value.length ? undefined : false;
    case "union": {
      const each = type.value.map((one: DocType) => fits(one, value, path));
      return each.includes(true) ? true : each.includes(undefined) ? undefined : false;
    }
    case "typeRef":
      return fitsNamed(type, value, path);
    case "typeLiteral":
      return fitsObject(type, value, path);
    default:
      return undefined;
  }
}

function fitsNamed(type: DocType, value: unknown, path: string): boolean | undefined {
  const { typeName, typeParams } = type.value;
  if (Object.hasOwn(INSTANCES, typeName)) return INSTANCES[typeName](value);
  if (typeName === "ReadonlyArray") {
    return fits({ kind: "array", value: typeParams[0] }, value, path);
  }
  if (typeName === "Readonly") return fits(typeParams[0], value, path);
  const declaration = typeNamed(typeName, path);
  if (declaration?.kind === "typeAlias") {
    return declaration.def.typeParams?.length > 0
      ? undefined
      : fits(declaration.def.tsType, value, path);
  }
  return fitsObject(type, value, path);
}

function fitsObject(type: DocType, value: unknown, path: string): boolean | undefined {
  const properties = propertiesOf(type, path);
  if (properties === undefined) return undefined;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const given = value as Record<string, unknown>;
  for (const key in given) {
    if (Object.hasOwn(given, key) && !properties.some(({ name }) => name === key)) return false;
  }
  return properties.every(({ name, optional, type }) =>
    (optional && given[name] === undefined) || (fits(type, given[name], path) ?? true)
  );
}
