/**
 * A child process as a channel: its standard input and output are the client's.
 *
 * @module
 */
import type { Channel } from "./channel.ts";
import { isGone } from "./exit.ts";

/** What a child that does not heed SIGTERM is given before SIGKILL. */
const KILL_AFTER_MS = 1000;
const CHUNK_BYTES = 64 * 1024;

/** The channel of a child, and its end. */
export interface ChildChannel extends Channel {
  /** Resolves when the child has ended. */
  readonly status: Promise<Deno.CommandStatus>;
}

/**
 * Starts a command. Closing the channel before the command has ended kills it.
 *
 * @param command The program and its arguments.
 * @param env Variables that the child gets beside the inherited ones.
 * @returns Its channel.
 */
export function spawnChild(command: readonly string[], env: Record<string, string>): ChildChannel {
  const [program] = command;
  const child = start(command, env);
  const reader = child.stdout.getReader({ mode: "byob" });
  const writer = child.stdin.getWriter();
  let buffer = new ArrayBuffer(CHUNK_BYTES);
  let closed = false;
  let deaf = false;
  let ended = false;
  const status = child.status.then((result) => {
    ended = true;
    return result;
  });
  const kill = (signal: Deno.Signal) => {
    try {
      if (!ended) child.kill(signal);
    } catch {
      // It ended meanwhile.
    }
  };
  return {
    kind: "stream",
    name: program,
    ends: true,
    status,
    async receive() {
      if (closed) return undefined;
      const { value, done } = await reader.read(new Uint8Array(buffer));
      if (value === undefined || done) return undefined;
      buffer = value.buffer;
      return value;
    },
    async send(data) {
      if (deaf) return;
      try {
        await writer.write(data);
      } catch (error) {
        // A child that has read enough may still answer: `head -1` is no failure.
        if (!isGone(error)) throw error;
        deaf = true;
      }
    },
    async endSend() {
      if (deaf) return;
      await writer.close().catch((error) => {
        if (!closed && !isGone(error)) throw error;
      });
    },
    close() {
      if (closed) return;
      closed = true;
      if (!ended) {
        kill("SIGTERM");
        const timer = setTimeout(() => kill("SIGKILL"), KILL_AFTER_MS);
        status.finally(() => clearTimeout(timer));
      }
      reader.cancel().catch(() => {});
      writer.abort().catch(() => {});
    },
  };
}

function start([program, ...args]: readonly string[], env: Record<string, string>) {
  try {
    return new Deno.Command(program, {
      args,
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const hint = program.includes(" ") ? `; its arguments follow it: --exec ${program}` : "";
    throw new Error(`there is no program "${program}"${hint}`, { cause: error });
  }
}
