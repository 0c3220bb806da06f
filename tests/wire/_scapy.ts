/**
 * Scapy as the other side: one process for a whole test.
 */

import { PYTHON } from "../_tools.ts";

/** Why scapy cannot be used here, or undefined. */
export function withoutScapy(): string | undefined {
  const { success } = new Deno.Command(PYTHON, {
    args: ["-c", "import scapy"],
    stdout: "null",
    stderr: "null",
  }).outputSync();
  return success ? undefined : "scapy is not installed";
}

/** What one run of a script beside this file prints, line by line. */
export async function runScapy(
  script: string,
  args: string[],
  input: Iterable<string> = [],
): Promise<string[]> {
  const command = new Deno.Command(PYTHON, {
    args: [new URL(script, import.meta.url).pathname, ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const process = command.spawn();
  const text = [...input].map((line) => line + "\n").join("");
  const feed = new Response(text).body!.pipeTo(process.stdin);
  const [{ success, stdout, stderr }] = await Promise.all([process.output(), feed]);
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** Bytes from hexadecimal digits. */
export function fromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
