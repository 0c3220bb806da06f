/**
 * Debian's packages for the guest: downloaded and unpacked into the cache, never installed, so that
 * an ordinary user can do it.
 */
import { cached, keyOf, output } from "./cache.ts";

/** Packages that name the kernel: the first that this Debian has. 6.12 is the last with DCCP. */
const KERNELS = ["linux-image-6.12-amd64", "linux-image-amd64"];

/** The emulator, and programs that tests in the guest run. What they depend on comes along. */
const PROGRAMS = [
  "qemu-system-x86",
  "busybox-static",
  "bluez",
  "bluez-test-tools",
  "can-utils",
  "iproute2",
  "iw",
  "lksctp-tools",
];

/** The packages, unpacked. */
export interface Packages {
  /** The folder that they would call the root. */
  readonly root: string;
  /** The kernel's version, as in `lib/modules/`. */
  readonly kernelVersion: string;
}

/** Downloads and unpacks the packages, unless they are there. */
export async function packages(): Promise<Packages> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    throw new Error("Cannot start a guest: it is x86-64 Linux, and so must this machine be");
  }
  const root = await cached(`packages-${await keyOf(...KERNELS, ...PROGRAMS)}`, async (folder) => {
    const state = `${folder}/apt`;
    try {
      await download([], `${folder}/debs`);
    } catch {
      // No lists yet, or old ones: newer lists can be had without touching this machine's.
      await Deno.mkdir(`${state}/lists/partial`, { recursive: true });
      const own = ["-o", `Dir::State::Lists=${state}/lists`, "-o", `Dir::Cache=${state}`];
      await output("apt-get", [...APT, ...own, "update"]);
      await download(own, `${folder}/debs`);
    }
    await unpack(`${folder}/debs`, folder);
    await Deno.remove(`${folder}/debs`, { recursive: true });
    await Deno.remove(state, { recursive: true }).catch(() => {});
  });
  for await (const { name } of Deno.readDir(`${root}/boot`)) {
    if (name.startsWith("vmlinuz-")) return { root, kernelVersion: name.slice("vmlinuz-".length) };
  }
  throw new Error(`Cannot start a guest: no kernel in ${root}/boot`);
}

/** As root, apt would read downloads as a user who cannot enter the cache. */
const APT = ["-qq", "-o", "APT::Sandbox::User=root"];

async function download(options: readonly string[], folder: string): Promise<void> {
  const plan = await output("apt-get", [
    ...APT,
    ...options,
    "install",
    "--simulate",
    "--no-install-recommends",
    ...PROGRAMS,
  ]);
  const names = [...plan.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
  await Deno.mkdir(folder, { recursive: true });
  await output(
    "apt-get",
    [...APT, ...options, "download", await kernelPackage(options), ...names],
    {
      cwd: folder,
    },
  );
}

/** The package that holds the newest image of a kernel. */
async function kernelPackage(options: readonly string[]): Promise<string> {
  for (const name of KERNELS) {
    const depends = await output("apt-cache", [...options, "depends", name]).catch(() => "");
    const image = /Depends: (linux-image-\S+)/.exec(depends);
    if (image !== null) return image[1];
  }
  throw new Error(`Cannot start a guest: apt knows none of ${KERNELS.join(", ")}`);
}

async function unpack(debs: string, root: string): Promise<void> {
  // As on the machine whose root this will lie beneath, /bin is /usr/bin.
  for (const name of ["bin", "sbin", "lib", "lib64"]) {
    await Deno.mkdir(`${root}/usr/${name}`, { recursive: true });
    await Deno.symlink(`usr/${name}`, `${root}/${name}`);
  }
  await output("sh", [
    "-ec",
    'for deb in "$1"/*.deb; do dpkg-deb --fsys-tarfile "$deb" |' +
    ' tar -x --keep-directory-symlink --no-same-owner -C "$2"; done',
    "unpack",
    debs,
    root,
  ]);
}
