/** A row of the permission table, and the judges that many rows have. */

/** An export, how it is called, and by what it is judged. */
export interface Row {
  /** The export, `"tcp.listen"`. */
  readonly name: string;
  /** What else tells it from other rows. */
  readonly what: string;
  /** The body of an async function. */
  readonly ours: string;
  /** The body of one that is refused when ours must be; or what must be granted. */
  readonly oracle: string;
}

/** What Deno's whole grant of net says, for what Deno has no call for: with no part denied. */
export const WHOLE_NET = `const { state, partial } = Deno.permissions.querySync({ name: "net" });
  if (state !== "granted" || partial) throw new Deno.errors.NotCapable();`;
/** Nothing need be granted. */
export const NOTHING = "";
/** What Deno asks for to list interfaces. */
export const INTERFACES = "Deno.networkInterfaces();";
/** What Deno asks for to tell the machine's name. */
export const HOSTNAME = "Deno.hostname();";

/** A net permission by its name. */
export function net(host: string): string {
  return `if (Deno.permissions.querySync({ name: "net", host: ${
    JSON.stringify(host)
  } }).state !== "granted") throw new Deno.errors.NotCapable();`;
}

/** A host at all ports, for protocols without ports. */
export function host(name: string): string {
  return net(bracketed(name));
}

/** A name whose first address may be denied as such. */
export function resolved(name: string): string {
  if (/[.:]/.test(name)) return host(name);
  return `${host(name)}
    if (Deno.permissions.querySync({ name: "net", host: "127.0.0.1" }).state === "denied") {
      throw new Deno.errors.NotCapable();
    }`;
}

/** A host as permissions name it. */
export function bracketed(name: string): string {
  return name.includes(":") ? `[${name}]` : name;
}
