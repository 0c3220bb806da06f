/**
 * `deno task test:aarch64`: runs tests/platforms/ by an emulated aarch64 processor (Debian's
 * qemu-user-static) with the Deno that npm has for it, and Debian's C library. The last line but one
 * is the tests' own count.
 */
import { which } from "../tests/_tools.ts";
import { cached, output } from "./vm/cache.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const EMULATOR = "qemu-aarch64-static";
/** Where Debian's cross packages (libc6-arm64-cross, libgcc-s1-arm64-cross) put the C library. */
const SYSROOT = "/usr/aarch64-linux-gnu";
const PACKAGE = "@deno/linux-arm64-glibc";

/** The program of this very version, or the newest that npm has. */
async function packageOf(): Promise<string> {
  const text = await output("npm", ["view", PACKAGE, "versions", "--json"]);
  const versions = JSON.parse(text) as string | string[];
  const all = Array.isArray(versions) ? versions : [versions];
  return `${PACKAGE}@${all.includes(Deno.version.deno) ? Deno.version.deno : all.at(-1)}`;
}

async function denoForAarch64(): Promise<string> {
  const folder = await cached(`deno-aarch64-${Deno.version.deno}`, async (folder) => {
    const name = await output("npm", ["pack", "--silent", await packageOf()], { cwd: folder });
    await output("tar", ["xzf", name.trim()], { cwd: folder });
    await Deno.chmod(`${folder}/package/deno`, 0o755);
  });
  return `${folder}/package/deno`;
}

if (which(EMULATOR) === undefined) {
  console.error(`Cannot test: ${EMULATOR} is not installed (Debian: qemu-user-static)`);
  Deno.exit(2);
}
const deno = await denoForAarch64();
const { code } = await new Deno.Command(EMULATOR, {
  args: [
    deno,
    ...["test", "-A", "--no-check", "--no-lock", "--quiet"],
    `${ROOT}tests/platforms`,
  ],
  cwd: ROOT,
  env: {
    QEMU_LD_PREFIX: SYSROOT,
    DENO_DIR: await cached("deno-dir-aarch64", async () => {}),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
    TIME_SCALE: "10",
  },
  stdin: "null",
}).spawn().status;
Deno.exit(code);
