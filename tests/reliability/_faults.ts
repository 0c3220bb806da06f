/** Faults injected from outside, by strace, into a process that uses the library. */

import { limitMs } from "../_tools.ts";

/** One injected fault. */
export interface Fault {
  scenario: string;
  syscall: string;
  /** What strace does to the call: `error=EINTR`, `delay_exit=300000` (microseconds). */
  injection: string;
  /** Which call, counted in each thread: strace's `when`. */
  when: string;
}

/**
 * How it went: "unreached" if the call was not made so often, `untold` if an error had no code or
 * stayed after the fault was over.
 */
export type Outcome = "unreached" | "hidden" | "told" | "untold" | "hung" | "crashed" | "corrupt";

/** The outcomes that must not be. */
const BAD: readonly Outcome[] = ["untold", "hung", "crashed", "corrupt"];

const HANG_MS = limitMs(30_000);
const CHILD = new URL("_fault_scenario.ts", import.meta.url).pathname;

const LIBC = ["tcp by libc", "unix by libc", "udp by libc", "seqpacket", "sockets"];
const DENO = ["tcp by deno", "udp by deno"];

/** What the libc engine calls, and what each call may fail with beside what all may. */
const SYSCALLS: Record<string, readonly string[]> = {
  socket: ["EMFILE", "ENFILE", "ENOBUFS"],
  socketpair: ["EMFILE", "ENFILE"],
  bind: ["EIO"],
  listen: ["EIO"],
  connect: ["EINTR", "ENOBUFS"],
  accept4: ["EINTR", "ECONNABORTED", "EMFILE", "ENFILE", "ENOBUFS"],
  getsockname: ["ENOBUFS"],
  getpeername: ["ENOBUFS"],
  getsockopt: ["EIO"],
  setsockopt: ["EIO"],
  sendto: ["EINTR", "ENOBUFS", "EPIPE", "EIO"],
  sendmsg: ["EINTR", "ENOBUFS", "EPIPE", "EIO"],
  sendmmsg: ["EINTR", "ENOBUFS", "EPIPE", "EIO"],
  recvfrom: ["EINTR", "ENOBUFS", "EIO"],
  recvmsg: ["EINTR", "ENOBUFS", "EIO"],
  recvmmsg: ["EINTR", "ENOBUFS", "EIO"],
  shutdown: ["EIO"],
  close: ["EIO", "EINTR"],
  epoll_create1: ["EMFILE", "ENFILE"],
  epoll_ctl: ["EMFILE"],
  eventfd2: ["EMFILE", "ENFILE"],
  io_setup: ["EMFILE"],
  io_submit: ["EINTR", "EIO"],
  io_cancel: ["EIO"],
  io_destroy: ["EIO"],
  timerfd_create: ["EMFILE", "ENFILE"],
};
const EVERY_CALL = ["ENOMEM", "EPERM", "ENOSYS"];
const WHEN = ["1", "2", "10"];
/** Long enough that whatever runs beside the call is done before it. */
const DELAYS = ["delay_enter=300000", "delay_exit=300000"];

/** All that is tried. The deno engine's calls are Deno's own, which dies of a fault in its loop's. */
export function allFaults(): Fault[] {
  const faults: Fault[] = [];
  for (const [syscall, errors] of Object.entries(SYSCALLS)) {
    const ofLoop = /^(epoll|eventfd|io_|timerfd)/.test(syscall);
    const injections = [...[...errors, ...EVERY_CALL].map((error) => `error=${error}`), ...DELAYS];
    for (const scenario of ofLoop ? LIBC : [...LIBC, ...DENO]) {
      for (const injection of injections) {
        for (const when of WHEN) faults.push({ scenario, syscall, injection, when });
      }
    }
  }
  return faults;
}

/** `count` of all, spread evenly, so that each syscall is among them. */
export function someFaults(count: number): Fault[] {
  const all = allFaults();
  const step = all.length / count;
  return Array.from({ length: count }, (_, i) => all[Math.floor(i * step)]);
}

/** Starts the scenario, attaches strace to it, and tells how it went. */
async function inject(
  { scenario, syscall, injection, when }: Fault,
): Promise<{ outcome: Outcome; detail: string }> {
  await using child = new Child([
    Deno.execPath(),
    ...["run", "-A", "--unstable-net", "--no-check", "--quiet", CHILD, scenario],
  ]);
  await child.until(/^ready$/m);
  await using strace = new Child([
    ...["strace", "-f", "-p", String(child.pid), "-e", `trace=${syscall}`],
    ...["-e", `inject=${syscall}:${injection}:when=${when}`],
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
  const injected = /\((INJECTED|DELAYED)\)/.test(await strace.text());
  const text = await child.text();
  const said = /^(hidden|told|untold|corrupt)\b.*/m.exec(text);
  if (hung) return { outcome: "hung", detail: text };
  if (said === null || code !== 0) {
    return { outcome: "crashed", detail: `code ${code}, signal ${signal}: ${text}` };
  }
  const outcome = said[1] as Outcome;
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

/** A process whose output is read as it comes. */
class Child implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #done: Promise<unknown>;
  #text = "";
  #heard: (() => void) | undefined;

  constructor([command, ...args]: string[]) {
    this.#child = new Deno.Command(command, {
      args,
      env: { NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#done = Promise.all([
      this.#collect(this.#child.stdout),
      this.#collect(this.#child.stderr),
    ]);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  /** Waits until it has said so. */
  async until(pattern: RegExp): Promise<void> {
    let ended = false;
    this.#done.then(() => {
      ended = true;
      this.#heard?.();
    });
    while (!pattern.test(this.#text)) {
      if (ended) throw new Error(`The process ended before it said ${pattern}: ${this.#text}`);
      await new Promise<void>((resolve) => this.#heard = resolve);
    }
  }

  /** Lets it go on. */
  async go(): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(Uint8Array.of(10));
    writer.releaseLock();
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended.
    }
  }

  /** All that it said. */
  async text(): Promise<string> {
    await this.#done;
    return this.#text;
  }

  async #collect(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#text += text;
      this.#heard?.();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.#child.status;
    await this.#done;
    await this.#child.stdin.close().catch(() => {});
  }
}
