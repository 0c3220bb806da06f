/** What the tests of names share: children in namespaces of their own, and Python's answers. */
import { type AddrInfo, getAddrInfo, type GetAddrInfoOptions } from "../../addrinfo/mod.ts";
import { formatIp, parseIp } from "../../core/ip/mod.ts";
import { AddrInfoError } from "../../core/errors.ts";
import { libc } from "../../ffi/abi/library.ts";
import { PYTHON } from "../_tools.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const HERE = new URL(".", import.meta.url).pathname;

/** Runs a program, feeds it, and returns what it wrote. Throws if it fails. */
export async function run(command: string, args: string[], input = ""): Promise<string> {
  const child = new Deno.Command(command, {
    args,
    // Deno would ask for its own host.
    env: { DENO_NO_UPDATE_CHECK: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  const fed = writer.write(new TextEncoder().encode(input)).then(() => writer.close());
  const [output] = await Promise.all([child.output(), fed.catch(() => {})]);
  const text = new TextDecoder();
  if (!output.success) {
    throw new Error(`${command} ${args.join(" ")} failed: ${text.decode(output.stderr)}`);
  }
  return text.decode(output.stdout);
}

/** A child of this test's, and what surrounds it. */
export interface Surroundings {
  /** Files below /etc, by name; `null` for one that is missing. */
  etc?: Record<string, string | null>;
  /** A network of its own, with the loopback up. */
  network?: boolean;
  /** A host name of its own. */
  hostname?: string;
  /** Shell commands to run before. */
  setup?: string[];
  /** Kills the program after this many seconds, which makes it fail. */
  mostSeconds?: number;
}

/**
 * Runs a program with namespaces of its own (mounts, and what else is asked for). /etc is a copy, so
 * that nothing of the machine is touched. Needs root.
 */
export async function runIn(
  around: Surroundings,
  command: string,
  args: string[],
  input = "",
): Promise<string> {
  const dir = await Deno.makeTempDir({ prefix: "addrinfo-" });
  try {
    await run("cp", ["-a", "/etc", dir]);
    for (const [name, text] of Object.entries(around.etc ?? {})) {
      // What is a link may point out of the copy.
      await Deno.remove(`${dir}/etc/${name}`).catch(() => {});
      if (text !== null) await Deno.writeTextFile(`${dir}/etc/${name}`, text);
    }
    const script = [
      "set -e",
      `mount --bind ${dir}/etc /etc`,
      ...(around.network ? ["ip link set lo up"] : []),
      ...(around.setup ?? []),
      around.mostSeconds === undefined ? 'exec "$@"' : `exec timeout ${around.mostSeconds} "$@"`,
    ].join("\n");
    const flags = ["-m", ...(around.network ? ["-n"] : []), ...(around.hostname ? ["-u"] : [])];
    return await run("unshare", [...flags, "sh", "-c", script, "sh", command, ...args], input);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Runs a script beside this file with Deno in {@linkcode Surroundings}; what it printed as JSON. */
export async function denoIn<T>(
  around: Surroundings,
  script: string,
  args: string[] = [],
  input = "",
): Promise<T> {
  const all = ["run", "-A", `${HERE}${script}`, ...args];
  return JSON.parse(await runIn(around, Deno.execPath(), all, input));
}

/** One lookup: host, service, options. */
export type Case = [string | null, string | number | null, GetAddrInfoOptions];

/** A result in numbers, as Python has it, or the code of an error. */
export type Answer = (string | number)[][] | string;

const FAMILIES: Record<string, number> = { unspec: 0, inet: 2, inet6: 10 };
const TYPES: Record<string, number> = {
  stream: 1,
  dgram: 2,
  raw: 3,
  rdm: 4,
  seqpacket: 5,
  dccp: 6,
};
/** netdb.h */
const FLAGS: Record<string, number> = {
  passive: 1,
  canonicalName: 2,
  numericHost: 4,
  v4Mapped: 8,
  all: 0x10,
  addrConfig: 0x20,
  idn: 0x40,
  numericService: 0x400,
};

/** What Python says to all cases, in surroundings of its own if asked. */
export async function pythonAnswers(cases: Case[], around?: Surroundings): Promise<Answer[]> {
  const input = JSON.stringify(cases.map(([host, service, options]) => {
    let flags = 0;
    for (const [name, bit] of Object.entries(FLAGS)) {
      if (options[name as keyof GetAddrInfoOptions] === true) flags |= bit;
    }
    const { family = "unspec", type, protocol = 0 } = options;
    return [host, service, FAMILIES[family], TYPES[type ?? ""] ?? 0, protocol, flags];
  }));
  const args = [`${HERE}_getaddrinfo.py`];
  const output = around === undefined
    ? await run(PYTHON, args, input)
    : await runIn(around, PYTHON, args, input);
  return (JSON.parse(output) as Answer[]).map((answer) =>
    typeof answer === "string" ? answer : answer.map(normal)
  );
}

/** libc's text of an IPv6 address is not RFC 5952's where it embeds an IPv4 address. */
function normal(row: (string | number)[]): (string | number)[] {
  return row.map((value, index) => index === 4 ? formatIp(parseIp(`${value}`)) : value);
}

/** What this package says to all cases. */
export async function ourAnswers(cases: Case[]): Promise<Answer[]> {
  return await Promise.all(cases.map(async ([host, service, options]) => {
    try {
      return (await getAddrInfo(host, service, options)).map(row);
    } catch (error) {
      if (error instanceof AddrInfoError) return error.code;
      throw error;
    }
  }));
}

function row({ family, type, protocol, canonicalName = "", address }: AddrInfo) {
  const start = [FAMILIES[family], TYPES[type], protocol, canonicalName];
  const { hostname, port } = address;
  if (address.family === "inet") return [...start, hostname, port];
  return [...start, hostname, port, address.flowInfo ?? 0, address.scopeId ?? 0];
}

/** Every combination of the hosts, services and hints. */
export function matrix(
  hosts: (string | null)[],
  services: (string | number | null)[],
  hints: GetAddrInfoOptions[],
): Case[] {
  return hosts.flatMap((host) =>
    services.flatMap((service) => hints.map((hint): Case => [host, service, hint]))
  );
}

/** Families by types by flags by protocols. */
export function allHints(): GetAddrInfoOptions[] {
  const families = [undefined, "inet", "inet6"] as const;
  const types = [undefined, "stream", "dgram", "raw", "seqpacket", "rdm"] as const;
  const flags: GetAddrInfoOptions[] = [
    {},
    { passive: true },
    { canonicalName: true },
    { numericHost: true },
    { numericService: true },
    { v4Mapped: true },
    { v4Mapped: true, all: true },
    { addrConfig: true },
    { passive: true, numericService: true },
    { canonicalName: true, numericHost: true, numericService: true },
  ];
  const hints = families.flatMap((family) =>
    types.flatMap((type) => flags.map((set) => ({ family, type, ...set })))
  );
  const protocols = [1, 6, 17, 58, 132, 136, 255, 262];
  return [
    ...hints,
    ...protocols.flatMap((protocol) =>
      types.map((type) => ({ type, protocol, canonicalName: true }))
    ),
  ];
}
