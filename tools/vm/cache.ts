/** Where the guest's packages and images are kept between runs, and how they are made only once. */

/** Folder of everything that is downloaded or built for the guest. */
export const CACHE: string = `${
  Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? "/tmp"}/.cache`
}/berkeley-sockets/vm`;

/** A short name for what `parts` say: another list gets another folder. */
export async function keyOf(...parts: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(parts.join("\0"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return digest.toHex().slice(0, 12);
}

/** The folder `name` of the cache, which `make` fills: once, whole or not at all, one at a time. */
export async function cached(
  name: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const folder = `${CACHE}/${name}`;
  await Deno.mkdir(CACHE, { recursive: true });
  using lock = await Deno.open(`${CACHE}/lock`, { create: true, write: true });
  await lock.lock(true);
  if (!await exists(folder)) {
    const unfinished = `${folder}.unfinished`;
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    await Deno.mkdir(unfinished);
    await make(unfinished);
    await Deno.rename(unfinished, folder);
  }
  return folder;
}

/** What a program prints. Its complaints are the error if it fails. */
export async function output(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    ...options,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot run ${program} ${args.join(" ")}: ${decoder.decode(stderr).trim()}`);
  }
  return decoder.decode(stdout);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
