/** Children that run as an ordinary user. */
import { run } from "./_netns.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** What an ordinary user runs. */
export interface Nobody extends AsyncDisposable {
  /** Arguments of `setpriv`, to go on as that user with a cache of its own. */
  readonly args: readonly string[];
  /** Deno, where that user may run it. */
  readonly deno: string;
  /** This project, where that user may read it; ends with a slash. */
  readonly root: string;
}

/**
 * Puts Deno and this project where an ordinary user can read them: both may be in a home folder that
 * only its owner may enter. They go with the result.
 */
export async function nobody(): Promise<Nobody> {
  const dir = await Deno.makeTempDir({ prefix: "bsock-nobody-" });
  const entries = [...Deno.readDirSync(ROOT)].map((entry) => entry.name)
    .filter((name) => !name.startsWith(".") && name !== "node_modules");
  await run("cp", "-r", ...entries.map((name) => ROOT + name), dir);
  await Deno.copyFile(Deno.execPath(), `${dir}/deno-program`);
  await run("chmod", "-R", "a+rX", dir);
  await run("chown", "-R", "65534:65534", dir);
  return {
    args: [
      ...["--reuid=65534", "--regid=65534", "--clear-groups"],
      ...["env", `DENO_DIR=${dir}/.cache`, `HOME=${dir}`],
    ],
    deno: `${dir}/deno-program`,
    root: `${dir}/`,
    async [Symbol.asyncDispose]() {
      await Deno.remove(dir, { recursive: true });
    },
  };
}
