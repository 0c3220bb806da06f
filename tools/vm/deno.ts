/** Deno in the guest, which has no network: what it needs is in its cache before. */

/**
 * The command that runs a program of ours in the guest.
 *
 * @param program A file of this project; the guest checks no types, whose check would take minutes.
 * @param args Its arguments.
 * @param more Other files that it runs or imports by a computed name.
 */
export async function denoCommand(
  program: string,
  args: readonly string[],
  more: readonly string[] = [],
): Promise<string[]> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", program, ...more],
    stdin: "null",
  }).output();
  if (!success) {
    throw new Error(`Cannot fill Deno's cache: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return [Deno.execPath(), "run", "-A", "--no-check", "--cached-only", program, ...args];
}
