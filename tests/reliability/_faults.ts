/** Faults injected from outside, by strace, into a process that uses the library. */

import { limitMs } from "../_tools.ts";
import { Child } from "./_child.ts";
import { BAD, type Outcome } from "./_outcome.ts";

/** One injected fault. */
export interface Fault {
  scenario: string;
  /** Whether io_uring is used: 0 or 1. */
  rings: string;
  syscall: string;
  /** What strace does to the call: `error=EINTR`, `delay_exit=300000` (microseconds). */
  injection: string;
  /** Which call of the main thread: strace's `when`. */
  when: string;
}

const HANG_MS = limitMs(30_000);
const CHILD = new URL("_fault_scenario.ts", import.meta.url).pathname;

const LIBC = ["tcp by libc", "unix by libc", "udp by libc", "seqpacket", "sockets"];
const DENO = ["tcp by deno", "udp by deno"];
/** What is run, and whether with io_uring. */
const RUNS = [
  ...[...LIBC, ...DENO].map((scenario) => [scenario, "1"] as const),
  ["tcp by libc", "0"] as const,
  ["unix by libc", "0"] as const,
];

/** What every call may be made to fail with, whether or not a kernel would do so. */
const EVERY_CALL = [
  ...["EINTR", "ENOBUFS", "ENOMEM", "EMFILE", "ENFILE", "ECONNABORTED", "EPIPE", "EIO", "EPERM"],
  "ENOSYS",
];
/** Calls that have codes of their own beside them. EAGAIN of io_setup: fs.aio-max-nr is reached. */
const OTHER_ERRORS: Readonly<Record<string, readonly string[]>> = {
  io_setup: ["EAGAIN"],
  io_uring_setup: ["EINVAL"],
  io_uring_enter: ["EBUSY", "EAGAIN"],
  io_uring_register: ["EINVAL"],
};
/**
 * What the libc engine calls. Not epoll_wait and not writes to an eventfd: Deno's own event loop makes
 * the same calls on the same thread, and dies of their failures.
 */
const SYSCALLS: readonly string[] = [
  ...["socket", "socketpair", "bind", "listen", "connect", "accept4", "getsockname", "getpeername"],
  ...["getsockopt", "setsockopt", "shutdown", "close"],
  ...["sendto", "sendmsg", "sendmmsg", "recvfrom", "recvmsg", "recvmmsg"],
  ...["epoll_create1", "epoll_ctl", "eventfd2", "timerfd_create"],
  ...["io_setup", "io_submit", "io_getevents", "io_cancel", "io_destroy"],
  ...["io_uring_setup", "io_uring_enter", "io_uring_register"],
];
const WHEN = ["1", "2", "10"];
/** Long enough that whatever runs beside the call is done before it. */
const DELAYS = ["delay_enter=300000", "delay_exit=300000"];

/**
 * All that reaches a call: each scenario runs once first, and is counted. The deno engine's calls are
 * Deno's own, which dies of a fault in its loop's.
 */
export async function allFaults(): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const [scenario, rings] of RUNS) {
    const counts = await callsOf(scenario, rings);
    for (const syscall of SYSCALLS) {
      const ofLoop = /^(epoll|eventfd|io_|timerfd)/.test(syscall);
      if (ofLoop && DENO.includes(scenario)) continue;
      const errors = [...EVERY_CALL, ...OTHER_ERRORS[syscall] ?? []];
      const codes = errors.map((error) => `error=${error}`);
      for (const injection of [...codes, ...DELAYS]) {
        for (const when of WHEN) {
          const reached = Number(when) <= (counts.get(syscall) ?? 0);
          if (reached) faults.push({ scenario, rings, syscall, injection, when });
        }
      }
    }
  }
  return faults;
}

/** `count` of all, spread evenly, so that each syscall is among them. */
export async function someFaults(count: number): Promise<Fault[]> {
  const all = await allFaults();
  const step = all.length / count;
  return Array.from({ length: count }, (_, i) => all[Math.floor(i * step)]);
}

/** How often a scenario makes each call. */
async function callsOf(scenario: string, rings: string): Promise<Map<string, number>> {
  const { trace } = await traced(scenario, rings, [`trace=${SYSCALLS}`]);
  const counts = new Map<string, number>();
  for (const [, syscall] of trace.matchAll(/^(\w+)\(/gm)) {
    counts.set(syscall, (counts.get(syscall) ?? 0) + 1);
  }
  return counts;
}

/** What a scenario that strace watched has said, and what strace has. */
interface Traced {
  text: string;
  trace: string;
  code: number;
  signal: Deno.Signal | null;
  hung: boolean;
}

/** Starts the scenario, attaches strace to it, and lets it go on. */
async function traced(
  scenario: string,
  rings: string,
  expressions: readonly string[],
): Promise<Traced> {
  await using child = new Child([
    ...["env", `SOCKETS_IO_URING=${rings}`, Deno.execPath()],
    ...["run", "-A", "--unstable-net", "--no-check", "--quiet", CHILD, scenario],
  ]);
  await child.until(/^ready$/m);
  // Of the main thread, where JavaScript and both engines run: Deno's signal reader, a thread beside it,
  // panics of any fault.
  await using strace = new Child([
    ...["strace", "-p", String(child.pid)],
    ...expressions.flatMap((expression) => ["-e", expression]),
  ]);
  await strace.until(/attached/);
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill("SIGKILL");
  }, HANG_MS);
  await child.go();
  const { code, signal } = await child.status;
  clearTimeout(timer);
  await strace.status;
  return { text: await child.text(), trace: await strace.text(), code, signal, hung };
}

/** Injects one, and tells how it went. */
async function inject(
  { scenario, rings, syscall, injection, when }: Fault,
): Promise<{ outcome: Outcome; detail: string }> {
  const { text, trace, code, signal, hung } = await traced(scenario, rings, [
    `trace=${syscall}`,
    `inject=${syscall}:${injection}:when=${when}`,
  ]);
  if (hung) return { outcome: "hung", detail: text };
  const said = /^(hidden|told|untold|corrupt)\b.*/m.exec(text);
  if (said === null || code !== 0) {
    return { outcome: "crashed", detail: `code ${code}, signal ${signal}: ${text}` };
  }
  const outcome = said[1] as Outcome;
  const injected = /\((INJECTED|DELAYED)\)/.test(trace);
  return { outcome: injected || outcome !== "hidden" ? outcome : "unreached", detail: said[0] };
}

/** Counts of outcomes. */
export type OutcomeCounts = Partial<Record<Outcome, number>>;

/** Injects them all, two at a time, and tells each outcome; what must not be with how it came. */
export async function injectEach(
  faults: readonly Fault[],
  tell: (fault: Fault, outcome: Outcome, bad: string | undefined) => void,
): Promise<void> {
  const queue = [...faults];
  const worker = async () => {
    for (let fault = queue.shift(); fault !== undefined; fault = queue.shift()) {
      const { outcome, detail } = await inject(fault);
      const bad = `${JSON.stringify(fault)}: ${outcome}: ${detail}`;
      tell(fault, outcome, BAD.includes(outcome) ? bad : undefined);
    }
  };
  await Promise.all([worker(), worker()]);
}

/** Injects them all; throws if any came out as it must not. */
export async function injectAll(faults: readonly Fault[]): Promise<OutcomeCounts> {
  const counts: OutcomeCounts = {};
  const all: string[] = [];
  await injectEach(faults, (_fault, outcome, bad) => {
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    if (bad !== undefined) all.push(bad);
  });
  if (all.length > 0) throw new Error(all.join("\n"));
  return counts;
}
