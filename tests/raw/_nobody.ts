/** Children that run as nobody, with a cache of their own. */

/** The front of a command line that goes on as nobody. */
export interface Nobody extends AsyncDisposable {
  /** Arguments of `setpriv`. */
  readonly args: readonly string[];
}

/** Makes nobody's cache; it goes with the result. */
export async function nobody(): Promise<Nobody> {
  const cache = await Deno.makeTempDir({ prefix: "bsock-cache-" });
  await Deno.chown(cache, 65534, 65534);
  return {
    args: [
      ...["--reuid=65534", "--regid=65534", "--clear-groups"],
      ...["env", `DENO_DIR=${cache}`, `HOME=${cache}`],
    ],
    async [Symbol.asyncDispose]() {
      await Deno.remove(cache, { recursive: true });
    },
  };
}
