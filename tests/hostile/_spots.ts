/** The places of a call that a value can be put at: its parameters, and what is within them. */
import type { DocCall, DocType } from "./_documentation.ts";
import { typeNamed } from "./_documentation.ts";
import { exampleOf, type Examples, propertiesOf } from "./_types.ts";

/** A place in the arguments of a call. */
export interface Spot {
  /** `"options.port"`. */
  readonly where: string;
  readonly optional: boolean;
  readonly type: DocType;
  /** The keys of what belongs there, if it is an object. */
  readonly keys: readonly string[];
  /** The arguments with `value` there, and examples everywhere else; made anew each time. */
  put(value: unknown): unknown[];
}

/** An object argument, and how to misspell one of its keys. */
export interface Keyed {
  readonly where: string;
  readonly keys: readonly string[];
  /** The arguments with one more key in that object. */
  add(key: string): unknown[];
}

const DEEPEST = 3;

/** All places of a call. */
export function spotsOf(
  call: DocCall,
  path: string,
  examples: Examples,
): { spots: Spot[]; objects: Keyed[] } {
  const spots: Spot[] = [];
  const objects: Keyed[] = [];
  const named = (index: number) => {
    const { name } = call.parameters[index];
    return [`${call.name}.${name}`, name];
  };
  const example = (index: number) =>
    exampleOf(call.parameters[index].type, path, named(index), examples);
  const needed = call.parameters.filter(({ optional }) => !optional).length;

  call.parameters.forEach(({ name, type: given, optional, rest }, index) => {
    // One of the rest is put there.
    const type = rest && given.kind === "array" ? given.value : given;
    const put = (value: unknown) => {
      const count = Math.max(needed, index + 1);
      return Array.from({ length: count }, (_, i) => i === index ? value : example(i));
    };
    visit({ where: name, optional, type, keys: keysOf(type), put }, () => example(index), 0);
  });
  return { spots, objects };

  function keysOf(type: DocType): string[] {
    return variantsOf(type, path).flatMap((one) => propertiesOf(one, path) ?? []).map(({ name }) =>
      name
    );
  }

  function visit(spot: Spot, example: () => unknown, depth: number): void {
    spots.push(spot);
    if (depth === DEEPEST) return;
    for (const variant of variantsOf(spot.type, path)) within(spot, variant, example, depth);
  }

  function within(spot: Spot, type: DocType, outer: () => unknown, depth: number): void {
    const properties = propertiesOf(type, path);
    if (properties === undefined) return;
    const base = () => {
      const given = outer();
      // What the caller's example says of the whole goes before what its type says.
      return given !== null && typeof given === "object" && !Array.isArray(given) &&
          properties.every(({ name, optional }) => optional || Object.hasOwn(given, name))
        ? given
        : exampleOf(type, path, [], examples) as object;
    };
    const keys = properties.map(({ name }) => name);
    if (keys.length === 0) return;
    objects.push({
      where: spot.where,
      keys,
      add: (key) => spot.put({ ...base(), [key]: 1 }),
    });
    for (const { name, optional, type } of properties) {
      const where = `${spot.where}.${name}`;
      const put = (value: unknown) => spot.put({ ...base(), [name]: value });
      visit(
        { where, optional, type, keys: keysOf(type), put },
        () => exampleOf(type, path, [name], examples),
        depth + 1,
      );
    }
  }
}

/** The object types among those that a type is one of. */
function variantsOf(type: DocType, path: string): DocType[] {
  if (type.kind === "union") {
    return type.value.flatMap((one: DocType) => variantsOf(one, path));
  }
  if (type.kind === "typeRef") {
    const declaration = typeNamed(type.value.typeName, path);
    if (declaration?.kind === "typeAlias") return variantsOf(declaration.def.tsType, path);
    if (declaration?.kind === "interface") return [type];
    return [];
  }
  return ["typeLiteral", "intersection"].includes(type.kind) ? [type] : [];
}
