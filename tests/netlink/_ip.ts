/** What `ip -j` and its like print, made comparable with what we read. */
import type { Netns } from "./_netns.ts";

/** Any JSON object. */
export type Words = Record<string, unknown>;

/** Runs a program of iproute2 inside and parses its JSON. */
export async function json(netns: Netns, command: string): Promise<Words[]> {
  const [program, ...args] = command.split(" ");
  const text = await netns.run(program, ...args);
  return text.trim() === "" ? [] : JSON.parse(text);
}

/**
 * Makes values of either side equal where they say the same: numbers that are bigint here or
 * hexadecimal text there, `null` of a word that is only there if true, and what no older `ip` knows.
 */
export function plain(value: unknown, leave: readonly string[] = []): unknown {
  if (typeof value === "bigint") return Number(value);
  if (value === null) return true;
  if (typeof value === "string" && /^0x[0-9a-f]+$/.test(value)) return Number(value);
  // `ip` writes the bytes of a bridge port's ids without their zeros.
  if (typeof value === "string" && /^[0-9a-f]{1,4}\.[0-9a-f:]+$/.test(value)) {
    return value.replaceAll(/[.:][0-9a-f](?=:|$)/g, (byte) => `${byte[0]}0${byte[1]}`);
  }
  if (Array.isArray(value)) return value.map((entry) => plain(entry, leave));
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, entry]) => key !== "unknown" && !leave.includes(key) && entry !== undefined)
      .map(([key, entry]) => [key, plain(entry, leave)]),
  );
}
