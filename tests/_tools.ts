/**
 * What tests need of the machine, stated once: a missing tool or privilege skips a test with a
 * reason, and fails it when REQUIRE_ALL=1.
 */
import { libc, libcGranted } from "../ffi/abi/library.ts";

// All of it is bound now: the sanitizers would take what a test binds first for a leak.
if (libcGranted()) Object.values(libc());

/** What a test needs. */
export interface Needs {
  /** Programs on PATH. */
  tools?: readonly string[];
  /** Effective uid 0. */
  root?: boolean;
  /** Making network namespaces (`ip netns add`, or `unshare -n`). */
  netns?: boolean;
  /** Anything else: returns why it cannot run, or undefined. */
  other?: () => string | undefined;
  /**
   * What this machine's kernel may lack and the guest's has (tests/vm/): returns what is lacking, or
   * undefined. Without it a test is left to the guest, where it must run.
   */
  kernel?: () => string | undefined;
}

/** Whether this is the guest of tests/vm/. */
export const IN_GUEST: boolean = Deno.env.get("IN_GUEST") === "1";

/** A time limit for this machine: the guest's emulated processor is many times slower. */
export function limitMs(milliseconds: number): number {
  return milliseconds * Number(Deno.env.get("TIME_SCALE") ?? 1);
}

/** What was open when the first of the file's tests was registered. */
let openBefore: Map<string, string> | undefined;

/**
 * At the end of each file: nothing that its tests opened is open still. Not in the guest, where the files
 * of a folder are one.
 */
async function countDescriptors(): Promise<void> {
  const left = () => [...linksOf(openFds())].filter(([fd, link]) => openBefore!.get(fd) !== link);
  // Deno closes its own a few turns of the event loop later.
  for (let turn = 0; turn < 1000 && left().length > 0; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (left().length > 0) {
    throw new Error(`${Deno.mainModule} leaves open: ${JSON.stringify(left())}`);
  }
}

/** What descriptors are of, by their numbers. */
function linksOf(fds: Iterable<string>): Map<string, string> {
  const links = new Map<string, string>();
  for (const fd of fds) {
    try {
      links.set(fd, Deno.readLinkSync(`/proc/self/fd/${fd}`));
    } catch {
      // closed by now
    }
  }
  return links;
}

const requireAll = Deno.env.get("REQUIRE_ALL") === "1";

/** The path of a program, or undefined. */
export function which(tool: string): string | undefined {
  if (tool.startsWith("/")) return isFile(tool) ? tool : undefined;
  // A daemon's or an ordinary user's PATH often lacks the sbin folders.
  const path = `${Deno.env.get("PATH") ?? ""}:/usr/local/sbin:/usr/sbin:/sbin`;
  for (const dir of path.split(":")) {
    if (dir !== "" && isFile(`${dir}/${tool}`)) return `${dir}/${tool}`;
  }
  return undefined;
}

/** Why `needs` are not met here, or undefined. */
export function missing(needs: Needs): string | undefined {
  for (const tool of needs.tools ?? []) {
    if (which(tool) === undefined) return `${tool} is not installed`;
  }
  if ((needs.root || needs.netns) && Deno.uid() !== 0) return "needs root";
  if (needs.netns && !canUnshareNet()) return "cannot make network namespaces";
  const lacking = needs.kernel?.();
  if (lacking !== undefined) return lacking;
  return needs.other?.();
}

/**
 * Registers a test that runs where `needs` are met. Elsewhere it is skipped and says why, or
 * fails under REQUIRE_ALL=1. Under ONLY_KERNEL=1 (`task test:vm` without arguments) there are only
 * those that need what a kernel may lack. Op and resource sanitizers are on unless `options` turn
 * them off.
 */
export function testWith(
  needs: Needs,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
  options: Partial<Deno.TestDefinition> = {},
): void {
  if (needs.kernel === undefined && Deno.env.get("ONLY_KERNEL") === "1") return;
  if (openBefore === undefined && !IN_GUEST) {
    openBefore = linksOf(openFds());
    Deno.test.afterAll(countDescriptors);
  }
  const lacking = IN_GUEST ? undefined : needs.kernel?.();
  if (lacking !== undefined) {
    Deno.test({ name: `${name} (left to the guest: ${lacking})`, ignore: true, fn });
    return;
  }
  const why = missing(needs);
  if (why === undefined) {
    Deno.test({ sanitizeOps: true, sanitizeResources: true, ...options, name, fn });
  } else if (requireAll) {
    Deno.test(name, () => {
      throw new Error(`REQUIRE_ALL: ${why}`);
    });
  } else {
    Deno.test({ name: `${name} (${why})`, ignore: why !== undefined, fn });
  }
}

/** The Python that has Debian's packages (scapy); any python3 where there is no other. */
export const PYTHON: string = isFile("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

/** Numbers of the open file descriptors, the listing's own and the event loops' left out. */
export function openFds(): Set<string> {
  const before = new Set<string>();
  for (const entry of Deno.readDirSync("/proc/self/fd")) before.add(entry.name);
  for (const fd of before) {
    try {
      const link = Deno.readLinkSync(`/proc/self/fd/${fd}`);
      // The poller's own come with a wait and go when there is none for a while.
      if (link.endsWith("/fd") || /^anon_inode:\[(?:event|timer|io_uring)/.test(link)) {
        before.delete(fd);
      }
    } catch {
      before.delete(fd); // the listing's own, closed by now
    }
  }
  return before;
}

/** Asserts that no more descriptors are open than `before`, once what was closed is gone. */
export async function assertFds(before: Set<string>): Promise<void> {
  const until = performance.now() + limitMs(5000);
  while (openFds().size > before.size && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // One of those before may have been about to go.
  const leaked = openFds().size - before.size;
  if (leaked > 0) throw new Error(`${leaked} descriptors more are open than before`);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

let unshared: boolean | undefined;
function canUnshareNet(): boolean {
  unshared ??= which("unshare") !== undefined &&
    new Deno.Command("unshare", { args: ["-n", "true"], stdout: "null", stderr: "null" })
      .outputSync().success;
  return unshared;
}
