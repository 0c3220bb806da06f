/** Runs `sock` as a child process, as a user does. */

const ROOT = new URL("../../", import.meta.url).pathname;
const ENTRY = `${ROOT}cli/mod.ts`;
/** What Deno asks of a checkout for files that are loaded late; from JSR, nothing. */
const OWN_FILES = `--allow-read=${ROOT}`;

/** How `sock` is started. */
export interface SockOptions {
  /** Permission flags. Default: all. */
  permissions?: readonly string[];
  /** Variables beside the inherited ones. */
  env?: Record<string, string>;
  /** Where standard output goes. Default: gathered. */
  stdout?: "piped" | "null";
}

/** The arguments of Deno that run `sock` with these. */
export function sockCommand(args: readonly string[], permissions: readonly string[]): string[] {
  const own = permissions.includes("-A") ? [] : [OWN_FILES];
  return ["run", "--no-prompt", ...own, ...permissions, ENTRY, ...args];
}

/** A running `sock`. */
export class Sock implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  /** All of standard error so far. */
  errorText = "";
  readonly #errorEnd: Promise<void>;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #waiters: (() => void)[] = [];

  constructor(args: readonly string[], options: SockOptions = {}) {
    const { permissions = ["-A"], env = {}, stdout = "piped" } = options;
    this.child = new Deno.Command(Deno.execPath(), {
      args: sockCommand(args, permissions),
      env,
      stdin: "piped",
      stdout,
      stderr: "piped",
    }).spawn();
    this.#errorEnd = this.#readErrors();
  }

  async #readErrors(): Promise<void> {
    for await (const text of this.child.stderr.pipeThrough(new TextDecoderStream())) {
      this.errorText += text;
      for (const wake of this.#waiters.splice(0)) wake();
    }
    this.#ended = true;
    for (const wake of this.#waiters.splice(0)) wake();
  }
  #ended = false;

  /** Waits until standard error matches. */
  async told(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = this.errorText.match(pattern);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`sock never told ${pattern}: ${this.errorText}`);
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** The address of the server, once it listens. */
  async address(): Promise<string> {
    return (await this.told(/listening on (\S+)\n|"address":"([^"]+)"/)).slice(1)
      .find((text) => text !== undefined)!;
  }

  /** The port of the server, once it listens. */
  async port(): Promise<number> {
    return Number((await this.address()).match(/\d+$/)![0]);
  }

  /** Writes to standard input. */
  async write(data: string | Uint8Array): Promise<void> {
    this.#writer ??= this.child.stdin.getWriter();
    await this.#writer.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Ends standard input. */
  async end(): Promise<void> {
    this.#writer ??= this.child.stdin.getWriter();
    await this.#writer.close();
  }

  /** Waits for the end. */
  async result(): Promise<{ code: number; out: string; err: string }> {
    const [out, status] = await Promise.all([
      this.child.stdout.locked ? "" : new Response(this.child.stdout).text(),
      this.child.status,
      this.#errorEnd,
    ]);
    return { code: status.code, out, err: this.errorText };
  }

  /** The JSON events so far. */
  // deno-lint-ignore no-explicit-any
  get events(): any[] {
    return this.errorText.trim().split("\n").filter((line) => line !== "").map((line) =>
      JSON.parse(line)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    if (this.#writer === undefined) await this.child.stdin.close().catch(() => {});
    else await this.#writer.close().catch(() => {});
    await this.child.status;
    await this.#errorEnd;
    try {
      await this.child.stdout.cancel();
    } catch {
      // It is not piped, or somebody reads it.
    }
  }
}

/** Runs `sock` to its end with `input` as standard input. */
export async function runSock(
  args: readonly string[],
  input: string | Uint8Array = "",
  options: SockOptions = {},
): Promise<{ code: number; out: string; err: string }> {
  await using sock = new Sock(args, options);
  const feeding = (async () => {
    if (input.length > 0) await sock.write(input);
    await sock.end();
  })().catch(() => {});
  const result = await sock.result();
  await feeding;
  return result;
}

/** Runs another program to its end. */
export async function runTool(
  program: string,
  args: readonly string[],
  input: string | Uint8Array = "",
): Promise<{ code: number; out: string }> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  const bytes = typeof input === "string" ? new TextEncoder().encode(input) : input;
  const feeding = writer.write(bytes).then(() => writer.close()).catch(() => {});
  const [out, status] = await Promise.all([new Response(child.stdout).text(), child.status]);
  await feeding;
  return { code: status.code, out };
}

/** A port of 127.0.0.1 on which nobody listens. */
export function closedPort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}
