/**
 * The kernel modules that the guest may load, made cheap to load under emulation: unpacked, and
 * without the signatures whose check would take half a second in all.
 */
import { cached, keyOf, output } from "./cache.ts";
import type { Packages } from "./packages.ts";

/** What the guest cannot boot without. */
const BOOT = ["virtio_pci", "virtio_console", "virtio-rng", "9pnet_virtio", "9p", "overlay"];

/** Drivers of devices that are made by software, and whole folders of `kernel/`. */
const DRIVERS = [
  "crypto",
  "lib",
  "net",
  "drivers/bluetooth/hci_vhci",
  "drivers/net/bareudp",
  "drivers/net/bonding",
  "drivers/net/can/slcan",
  "drivers/net/can/vcan",
  "drivers/net/can/vxcan",
  "drivers/net/dummy",
  "drivers/net/geneve",
  "drivers/net/gtp",
  "drivers/net/hamradio/bpqether",
  "drivers/net/hamradio/mkiss",
  "drivers/net/ieee802154/mac802154_hwsim",
  "drivers/net/ifb",
  "drivers/net/ipvlan",
  "drivers/net/macsec",
  "drivers/net/macvlan",
  "drivers/net/macvtap",
  "drivers/net/netdevsim",
  "drivers/net/nlmon",
  "drivers/net/ppp",
  "drivers/net/team",
  "drivers/net/tun",
  "drivers/net/veth",
  "drivers/net/vrf",
  "drivers/net/vsockmon",
  "drivers/net/vxlan",
  "drivers/net/wireguard",
  "drivers/net/wireless/virtual",
  "drivers/nfc/nfcsim",
  "drivers/nfc/virtual_ncidev",
];

/** What Debian's kernel loads only on request, for want of these in its modules. */
const ALIASES = {
  "net-pf-2-proto-33-type-6": "dccp_ipv4",
  "net-pf-10-proto-33-type-6": "dccp_ipv6",
  "net-pf-3": "ax25",
  "net-pf-6": "netrom",
  "net-pf-11": "rose",
  "net-pf-21": "rds",
  "net-pf-30": "tipc",
  "net-pf-36": "ieee802154_socket",
};

/** The modules, ready to load. */
export interface Modules {
  /** A folder that serves as `lib/modules/VERSION`. */
  readonly folder: string;
  /** Files below `folder` that the guest boots with, in the order of loading. */
  readonly boot: readonly string[];
}

/** Prepares the modules, unless they are there. */
export async function modules({ root, kernelVersion }: Packages): Promise<Modules> {
  const folder = await cached(
    `modules-${kernelVersion}-${await keyOf(...BOOT, ...DRIVERS, JSON.stringify(ALIASES))}`,
    async (folder) => {
      const version = `${folder}/lib/modules/${kernelVersion}`;
      await unpackModules(`${root}/lib/modules/${kernelVersion}`, version);
      await output(`${root}/bin/busybox`, ["depmod", "-b", folder, kernelVersion]);
      const aliases = Object.entries(ALIASES).map(([alias, name]) => `alias ${alias} ${name}\n`);
      await Deno.writeTextFile(`${version}/modules.alias`, aliases.join(""), { append: true });
    },
  );
  const version = `${folder}/lib/modules/${kernelVersion}`;
  return { folder: version, boot: await loadOrder(version) };
}

/** Copies the wanted modules and what they depend on. */
async function unpackModules(from: string, to: string): Promise<void> {
  const paths = new Map<string, string>();
  for await (const path of files(`${from}/kernel`)) {
    if (path.includes(".ko")) paths.set(moduleName(path), path.slice(from.length + 1));
  }
  const seen = new Set<string>();
  const wantedPaths = DRIVERS.map((prefix) => new RegExp(`^kernel/${prefix}[/.]`));
  let wanted = [
    ...BOOT.map(moduleName),
    ...[...paths].filter(([, path]) => wantedPaths.some((p) => p.test(path))).map(([name]) => name),
  ];
  while (wanted.length > 0) {
    // What a Debian lacks is built in there, or shows in tests/vm/.
    const batch = [...new Set(wanted)].filter((name) => !seen.has(name) && paths.has(name));
    for (const name of batch) seen.add(name);
    const copies = await Promise.all(batch.map(async (name) => {
      const path = paths.get(name)!;
      const copy = `${to}/${path}`;
      await Deno.mkdir(copy.slice(0, copy.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(`${from}/${path}`, copy);
      return copy;
    }));
    const packed = copies.filter((copy) => copy.endsWith(".xz"));
    if (packed.length > 0) await output("xz", ["-d", "-T1", "--", ...packed]);
    wanted = [];
    for (const copy of copies) wanted.push(...await strip(copy.replace(/\.xz$/, "")));
  }
}

/** Cuts a module's signature off; returns the names of those that it depends on. */
async function strip(path: string): Promise<string[]> {
  const bytes = await Deno.readFile(path);
  const magic = "~Module signature appended~\n";
  const end = bytes.length - magic.length;
  if (new TextDecoder().decode(bytes.subarray(end)) === magic) {
    // struct module_signature (linux/module_signature.h) ends with the signature's length.
    const view = new DataView(bytes.buffer, end - 12, 12);
    await Deno.truncate(path, end - 12 - view.getUint32(8));
  }
  const depends = /\0depends=([^\0]*)\0/.exec(new TextDecoder("latin1").decode(bytes))?.[1] ?? "";
  return depends.split(",").filter((name) => name !== "").map(moduleName);
}

/** The modules to boot with, each after what it depends on, by `modules.dep`. */
async function loadOrder(folder: string): Promise<string[]> {
  const dependencies = new Map<string, [string, string[]]>();
  for (const line of (await Deno.readTextFile(`${folder}/modules.dep`)).split("\n")) {
    const [path, others] = line.split(":");
    if (others === undefined) continue;
    dependencies.set(moduleName(path), [path, others.trim().split(" ").filter((o) => o !== "")]);
  }
  const order = new Set<string>();
  const add = (name: string): void => {
    const [path, others] = dependencies.get(name) ?? [];
    if (path === undefined || order.has(path)) return;
    for (const other of others ?? []) add(moduleName(other));
    order.add(path);
  };
  for (const name of BOOT) add(moduleName(name));
  return [...order];
}

async function* files(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* files(path);
    else yield path;
  }
}

/** A module's name has underscores where its file's may have dashes. */
function moduleName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).replace(/\.ko.*$/, "").replaceAll("-", "_");
}
