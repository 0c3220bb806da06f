/**
 * Runs a command as root in a throw-away Linux guest: Debian's kernel in QEMU, whose root is this
 * machine's as it is, with changes that go nowhere. No network card, no privilege, nothing
 * installed.
 */
import { initramfs } from "./initramfs.ts";
import { modules } from "./modules.ts";
import { packages } from "./packages.ts";

/** How the guest runs. */
export interface GuestOptions {
  /** Seconds after which the guest is ended, its boot included; 600 by default. */
  limitSeconds?: number;
  /** The folder in which the command runs; that of this process by default. */
  cwd?: string;
  /** Environment variables of the command beside PATH, HOME and DENO_DIR. */
  env?: Readonly<Record<string, string>>;
  /** Whether the command's output is only returned; else it is passed on too, as it comes. */
  quiet?: boolean;
}

/** How a run in the guest ended. */
export interface GuestOutcome {
  /** "exited": the command ended; else the guest ran out of time, or died. */
  readonly end: "exited" | "out of time" | "died";
  /** The command's status; 124 out of time and 125 for a dead guest, as timeout(1) has it. */
  readonly code: number;
  /** What the command wrote. */
  readonly stdout: string;
  /** What the command wrote to standard error. */
  readonly stderr: string;
  /** What the kernel said. */
  readonly console: string;
  /** Whether its processor is emulated, which makes it some 25 times slower. */
  readonly emulated: boolean;
}

/** Whether the processor is emulated: KVM helps only with hardware behind it. */
export function isEmulated(): boolean {
  if (!["kvm_intel", "kvm_amd"].some((name) => isThere(`/sys/module/${name}`))) return true;
  try {
    Deno.openSync("/dev/kvm", { read: true, write: true }).close();
    return false;
  } catch {
    return true;
  }
}

/** Runs `command` in a guest of its own. */
export async function runInGuest(
  command: readonly string[],
  options: GuestOptions = {},
): Promise<GuestOutcome> {
  const parts = await packages();
  const loadable = await modules(parts);
  const initrd = await initramfs(parts.root, loadable);
  const emulated = isEmulated();
  const run = await Deno.makeTempDir({ prefix: "guest-" });
  try {
    await Deno.writeTextFile(`${run}/command`, script(command, options));
    await Deno.writeTextFile(`${run}/status`, "");
    const { program, env } = emulator(parts.root);
    // The guest ends with this process, however that ends.
    const child = new Deno.Command("setpriv", {
      args: [
        ...["--pdeathsig", "KILL", program],
        ...machine(parts.root, emulated),
        ...["-kernel", `${parts.root}/boot/vmlinuz-${parts.kernelVersion}`, "-initrd", initrd],
        // The check of the timer is a race with time itself: on a busy machine the guest lost it.
        "-append",
        "console=ttyS0 quiet loglevel=4 panic=-1 oops=panic mitigations=off no_timer_check " +
        `vm.run=${run} vm.modules=${loadable.folder}`,
        ...["-serial", `file:${run}/console`],
        ...port("out", "/dev/fd/1"),
        ...port("err", "/dev/fd/2"),
        ...port("status", `${run}/status`),
      ],
      env,
      stdin: "null",
      // Never inherited: QEMU opens its outputs anew, and in a file would begin at its end alone.
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    let outOfTime = false;
    const timer = setTimeout(() => {
      outOfTime = true;
      child.kill("SIGKILL");
    }, (options.limitSeconds ?? 600) * 1000);
    const [stdout, stderr] = await Promise.all([
      collect(child.stdout, options.quiet ? undefined : Deno.stdout),
      collect(child.stderr, options.quiet ? undefined : Deno.stderr),
    ]);
    await child.status;
    clearTimeout(timer);
    const status = (await Deno.readTextFile(`${run}/status`)).trim();
    const console = (await Deno.readTextFile(`${run}/console`).catch(() => ""))
      .replaceAll("\r", "");
    const end = status !== "" ? "exited" : outOfTime ? "out of time" : "died";
    const code = end === "exited" ? Number(status) : end === "out of time" ? 124 : 125;
    return { end, code, stdout, stderr, console, emulated };
  } finally {
    await Deno.remove(run, { recursive: true });
  }
}

/** What comes, as text; also written to `copy` as it comes. */
async function collect(
  from: ReadableStream<Uint8Array<ArrayBuffer>>,
  copy: { writeSync(data: Uint8Array): number } | undefined,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of from) {
    text += decoder.decode(bytes, { stream: true });
    for (let at = 0; copy !== undefined && at < bytes.length;) {
      at += copy.writeSync(bytes.subarray(at));
    }
  }
  return text + decoder.decode();
}

/** What the guest's shell runs. */
function script(command: readonly string[], { cwd, env }: GuestOptions): string {
  const kept = ["PATH", "HOME", "DENO_DIR", "XDG_CACHE_HOME", "NO_COLOR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  return [
    `cd ${quoted(cwd ?? Deno.cwd())}`,
    ...[...kept, ...Object.entries(env ?? {})].map(([name, value]) =>
      `export ${name}=${quoted(value)}`
    ),
    `exec ${command.map(quoted).join(" ")}`,
    "",
  ].join("\n");
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** This machine's QEMU, else the one in the packages with the libraries that came with it. */
function emulator(root: string): { program: string; env: Record<string, string> } {
  const installed = "/usr/bin/qemu-system-x86_64";
  if (isThere(installed)) return { program: installed, env: {} };
  return {
    program: `${root}${installed}`,
    env: { LD_LIBRARY_PATH: `${root}/usr/lib/x86_64-linux-gnu` },
  };
}

function machine(root: string, emulated: boolean): string[] {
  return [
    // One thread: with more, QEMU 7.2 loses races with the kernel as it patches its own code.
    ...(emulated
      ? ["-accel", "tcg,thread=single", "-cpu", "max,la57=off", "-smp", "1"]
      : ["-accel", "kvm", "-cpu", "host", "-smp", `${navigator.hardwareConcurrency}`]),
    ...["-L", `${root}/usr/share/qemu`, "-L", `${root}/usr/share/seabios`],
    ...["-m", "2048", "-nodefaults", "-no-user-config", "-no-reboot"],
    ...["-display", "none", "-monitor", "none", "-nic", "none"],
    ...["-device", "virtio-rng-pci", "-device", "virtio-serial-pci"],
    ...share("host", "/"),
    ...share("packages", root),
  ];
}

/** A folder of this machine that the guest may read. */
function share(name: string, path: string): string[] {
  const how = "security_model=none,readonly=on,multidevs=remap";
  return ["-virtfs", `local,path=${path},mount_tag=${name},${how}`];
}

/** A channel of the guest into a file of the host. */
function port(name: string, path: string): string[] {
  return [
    ...["-chardev", `file,id=${name},path=${path},append=on`],
    ...["-device", `virtserialport,chardev=${name},name=${name}`],
  ];
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
