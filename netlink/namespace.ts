/**
 * Network namespaces: sockets made in another one.
 *
 * @module
 */
import { checkInteger, checkKeys } from "../core/arguments.ts";
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

/** Checks what a caller gave for a namespace; the path that stands for it. */
export function namespacePath(namespace: Namespace, action: string): string {
  if (typeof namespace === "string") {
    if (namespace === "" || /[/\0]/.test(namespace) || /^\.\.?$/.test(namespace)) {
      throw new TypeError(`Cannot ${action}: netns ${JSON.stringify(namespace)} is no name`);
    }
    return `${NAMES_FOLDER}/${namespace}`;
  }
  if (typeof namespace === "object" && namespace !== null) {
    if ("pid" in namespace) {
      checkKeys(namespace, ["pid"], action, "netns");
      checkInteger(namespace.pid, 1, 0x7fffffff, action, "netns.pid");
      return `/proc/${namespace.pid}/ns/net`;
    }
    if (typeof namespace.path === "string" && namespace.path !== "") {
      checkKeys(namespace, ["path"], action, "netns");
      if (namespace.path.includes("\0")) {
        throw new TypeError(`Cannot ${action}: netns.path holds a NUL`);
      }
      return namespace.path;
    }
  }
  throw new TypeError(`Cannot ${action}: netns is no name, { pid } or { path }`);
}

/**
 * Opens what stands for a namespace; whoever holds the descriptor closes it. A path of the caller's
 * takes `--allow-read`, in `/proc` and its like `--allow-all`, as any file that is opened.
 */
export function openNamespace(namespace: Namespace, action: string): number {
  const path = namespacePath(namespace, action);
  const given = typeof namespace === "object" && "path" in namespace;
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
