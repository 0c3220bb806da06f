/**
 * Network namespaces for tests: made with their links, entered by the test itself, always removed.
 *
 * A socket belongs to the namespace that its thread was in when it was opened, so a test enters one,
 * opens, and goes back; programs that it starts meanwhile are inside too. Links are joined by our own
 * netlink, which `tests/netlink/` compares with `ip`; for all else there is `ip`.
 */
import { libc } from "../../ffi/abi/library.ts";
import { change } from "../../netlink/change.ts";
import { links } from "../../netlink/link.ts";
import { which } from "../_tools.ts";

// Before the tests, whose sanitizers would take a library that stays open for theirs.
libc();

const CLONE_NEWNET = 0x40000000;
let made = 0;

/** Runs a program to its end; throws with what it wrote to stderr if it fails. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const { success, code, stdout, stderr } = await output(command, ...args);
  if (!success) throw new Error(`${command} ${args.join(" ")} exited with ${code}: ${stderr}`);
  return stdout;
}

/** Runs a program to its end, whatever that is. */
export async function output(
  command: string,
  ...args: string[]
): Promise<{ success: boolean; code: number; stdout: string; stderr: string }> {
  const done = await new Deno.Command(which(command) ?? command, {
    args,
    stdout: "piped",
    stderr: "piped",
  }).output();
  return {
    success: done.success,
    code: done.code,
    stdout: new TextDecoder().decode(done.stdout),
    stderr: new TextDecoder().decode(done.stderr),
  };
}

/** A network namespace of this test alone, its loopback up. */
export class Netns implements AsyncDisposable {
  /** Its name for `ip netns`. */
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Makes one. */
  static async make(): Promise<Netns> {
    if (made === 0) await removeOrphans();
    const netns = new Netns(`bsock-${Deno.pid}-${++made}`);
    await run("ip", "netns", "add", netns.name);
    try {
      await change({ do: "set link", ifname: "lo", up: true }, { netns: netns.name });
      // Duplicate address detection keeps addresses silent for a second.
      netns.sysctl({ "ipv6.conf.all.accept_dad": 0, "ipv6.conf.default.accept_dad": 0 });
    } catch (error) {
      await netns.remove();
      throw error;
    }
    return netns;
  }

  /** Runs `ip` inside, its arguments given as one text. */
  async ip(args: string): Promise<string> {
    return await run("ip", "-n", this.name, ...args.split(" "));
  }

  /** Runs a program inside to its end; throws if it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    return await run("ip", "netns", "exec", this.name, which(command) ?? command, ...args);
  }

  /** Runs a program inside to its end, whatever that is. */
  async output(command: string, ...args: string[]): ReturnType<typeof output> {
    return await output("ip", "netns", "exec", this.name, which(command) ?? command, ...args);
  }

  /** Starts a program inside. */
  spawn(command: string, args: string[], options: Deno.CommandOptions = {}): Deno.ChildProcess {
    return new Deno.Command(which("ip")!, {
      args: ["netns", "exec", this.name, which(command) ?? command, ...args],
      ...options,
    }).spawn();
  }

  /** Writes settings under /proc/sys/net, as `{ "ipv4.ip_forward": 1 }`. */
  sysctl(settings: Record<string, number | string>): void {
    this.inside(() => {
      for (const [name, value] of Object.entries(settings)) {
        Deno.writeTextFileSync(`/proc/sys/net/${name.replaceAll(".", "/")}`, `${value}`);
      }
    });
  }

  /** Puts this thread inside until the result is disposed of. */
  enter(): Disposable {
    const back = openFd("/proc/thread-self/ns/net");
    const target = openFd(`/run/netns/${this.name}`);
    try {
      setns(target);
    } finally {
      closeFd(target);
    }
    return {
      [Symbol.dispose]() {
        setns(back);
        closeFd(back);
      },
    };
  }

  /** Runs `fn`, which does not wait, inside. */
  inside<T>(fn: () => T): T {
    using _ = this.enter();
    return fn();
  }

  /** Removes it, with everything in it. */
  async remove(): Promise<void> {
    await run("ip", "netns", "delete", this.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }
}

/** Removes what tests left behind that were killed. */
async function removeOrphans(): Promise<void> {
  for (const [name, pid] of (await run("ip", "netns", "list")).matchAll(/^bsock-(\d+)-\d+/gm)) {
    const runs = await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
    // Another test may be doing the same.
    if (!runs) await output("ip", "netns", "delete", name);
  }
}

/** Joins two namespaces by a veth pair, each end given as `"name"` or `"name address/bits…"`. */
export async function join(a: Netns, endA: string, b: Netns, endB: string): Promise<void> {
  const [nameA, ...addressesA] = endA.split(" ");
  const [nameB, ...addressesB] = endB.split(" ");
  const peer = { ifname: nameB, netns: b.name };
  await change({ do: "add link", ifname: nameA, kind: "veth", peer }, { netns: a.name });
  const ends = [[a, nameA, addressesA], [b, nameB, addressesB]] as const;
  for (const [{ name: netns }, dev, addresses] of ends) {
    for (const local of addresses) {
      await change({ do: "add address", local, dev }, { netns });
    }
    await change({ do: "set link", ifname: dev, up: true }, { netns });
  }
  // The kernel may take its time to notice, and IPv6 is silent until then.
  for (const [{ name: netns }, name] of ends) {
    const isUp = async () =>
      (await links({ netns }).toArray()).some(({ ifname, operstate }) =>
        ifname === name && operstate === "UP"
      );
    while (!await isUp());
  }
}

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  setns: { parameters: ["i32", "i32"], result: "i32" },
} as const;

/** Opened and closed at each use: the sanitizers would take a library left open for a leak. */
function withLibc<T>(use: (symbols: Deno.DynamicLibrary<typeof SYMBOLS>["symbols"]) => T): T {
  const library = Deno.dlopen("libc.so.6", SYMBOLS);
  try {
    return use(library.symbols);
  } finally {
    library.close();
  }
}

function openFd(path: string): number {
  const O_CLOEXEC = 0o2000000;
  const fd = withLibc((libc) => libc.open(new TextEncoder().encode(`${path}\0`), O_CLOEXEC));
  if (fd < 0) throw new Error(`Cannot open ${path}`);
  return fd;
}

function closeFd(fd: number): void {
  withLibc((libc) => libc.close(fd));
}

function setns(fd: number): void {
  if (withLibc((libc) => libc.setns(fd, CLONE_NEWNET)) !== 0) throw new Error("Cannot setns");
}

/** A program that runs beside a test, killed at its end if it still runs. */
export class Program implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #output: ReadableStreamDefaultReader<string>;
  #text = "";

  /** Starts a program in a namespace. */
  constructor(netns: Netns, command: string, ...args: string[]) {
    const path = which(command) ?? command;
    this.#child = netns.spawn("sh", ["-c", 'exec "$@" 2>&1', "sh", path, ...args], {
      stdout: "piped",
    });
    this.#output = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Resolves to what it has written so far, to either stream, once that matches. */
  async wrote(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#text)) {
      if (!await this.#read()) throw new Error(`It ended after writing ${this.#text}`);
    }
    return this.#text;
  }

  /** Resolves to all that it wrote once it has ended by itself, and well. */
  async ended(): Promise<string> {
    while (await this.#read());
    const { success, code } = await this.#child.status;
    if (!success) throw new Error(`It exited with ${code}: ${this.#text}`);
    return this.#text;
  }

  /** Asks it to end, as Ctrl-C does, and resolves to all that it wrote. */
  async interrupt(): Promise<string> {
    this.#child.kill("SIGINT");
    while (await this.#read());
    await this.#child.status;
    return this.#text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#output.cancel();
    await this.#child.status;
  }

  async #read(): Promise<boolean> {
    const { done, value } = await this.#output.read();
    if (!done) this.#text += value;
    return !done;
  }
}

/** Starts one of the examples in a namespace. */
export function example(netns: Netns, name: string, ...args: string[]): Program {
  const path = new URL(`../../examples/raw/${name}`, import.meta.url).pathname;
  return new Program(netns, Deno.execPath(), "run", "-A", path, ...args);
}
