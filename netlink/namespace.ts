/**
 * Network namespaces: sockets made in another one.
 *
 * @module
 */
import { integer, object, text } from "../core/arguments.ts";
import { O_CLOEXEC, O_NONBLOCK } from "../ffi/abi/event_constants.ts";
import { checkRead } from "../ffi/guard/permissions.ts";
import { attempt, closeFd, failure, must } from "../ffi/abi/library.ts";

/** A network namespace: its name for `ip netns`, a process in it, or a file that stands for it. */
export type Namespace = string | { pid: number } | { path: string };

/** linux/sched.h */
const CLONE_NEWNET = 0x40000000;
/** Where `ip netns` keeps its names (`man 8 ip-netns`). */
const NAMES_FOLDER = "/run/netns";

const ENCODER = new TextEncoder();

function openPath(path: string): number {
  const bytes = ENCODER.encode(`${path}\0`);
  // A pipe that somebody names must not be waited for.
  return must("open", (lib) => lib.open(bytes, O_CLOEXEC | O_NONBLOCK), path);
}

/** A namespace as a path, and whether that is the caller's own. */
interface NamespacePath {
  readonly path: string;
  readonly given: boolean;
}

const PID = object({ pid: integer(1, 0x7fffffff) });
const PATH = object({ path: text() });

/** Checks what a caller gave for a namespace, each word read once; the path that stands for it. */
export function namespacePath(namespace: unknown, action: string, name = "netns"): NamespacePath {
  if (typeof namespace === "string") {
    if (namespace === "" || /[/\0]/.test(namespace) || /^\.\.?$/.test(namespace)) {
      throw new TypeError(`Cannot ${action}: ${name} ${JSON.stringify(namespace)} is no name`);
    }
    return { path: `${NAMES_FOLDER}/${namespace}`, given: false };
  }
  if (typeof namespace !== "object" || namespace === null) {
    throw new TypeError(`Cannot ${action}: ${name} is no name, { pid } or { path }`);
  }
  if ("pid" in namespace) {
    const { pid } = PID(namespace, action, name);
    return { path: `/proc/${pid}/ns/net`, given: false };
  }
  return { path: PATH(namespace, action, name).path, given: true };
}

/**
 * Opens what stands for a namespace; whoever holds the descriptor closes it. A path of the caller's
 * takes `--allow-read`, in `/proc` and its like `--allow-all`, as any file that is opened.
 */
export function openNamespace(namespace: Namespace, action: string): number {
  const { path, given } = namespacePath(namespace, action);
  return openPath(given ? checkRead(path, action) : path);
}

/**
 * Runs `make`, which must not wait, with this thread in another network namespace, and returns before
 * anything else can run: sockets keep the namespace that they were made in.
 *
 * @param namespace A descriptor of the namespace.
 * @param make Makes a socket.
 * @returns What it returned.
 * @throws {SocketError} `EPERM` without CAP_SYS_ADMIN; the thread is where it was.
 */
export function inNamespace<T>(namespace: number, make: () => T): T {
  const home = openPath("/proc/thread-self/ns/net");
  try {
    const entered = attempt((lib) => lib.setns(namespace, CLONE_NEWNET));
    if (entered < 0) throw failure("setns", -entered);
    try {
      return make();
    } finally {
      // Back to where the thread has come from needs no more than coming here did.
      must("setns", (lib) => lib.setns(home, CLONE_NEWNET));
    }
  } finally {
    closeFd(home);
  }
}
