/** The initramfs: busybox, `init.sh`, and the modules without which there is no root. */
import { cached, keyOf, output } from "./cache.ts";
import type { Modules } from "./modules.ts";

const FOLDERS = ["bin", "sbin", "boot", "proc", "sys", "dev", "host", "packages", "changes", "new"];

/** Builds the initramfs, unless it is there; returns its path. */
export async function initramfs(root: string, modules: Modules): Promise<string> {
  const init = await Deno.readTextFile(new URL("init.sh", import.meta.url));
  const key = await keyOf(init, modules.folder, ...modules.boot);
  const folder = await cached(`initramfs-${key}`, async (folder) => {
    const tree = `${folder}/tree`;
    for (const name of FOLDERS) await Deno.mkdir(`${tree}/${name}`, { recursive: true });
    await Deno.copyFile(`${root}/bin/busybox`, `${tree}/bin/busybox`);
    await Deno.symlink("/bin/busybox", `${tree}/sbin/modprobe`);
    await Deno.writeTextFile(`${tree}/init`, init, { mode: 0o755 });
    await Deno.writeTextFile(`${tree}/boot-modules`, modules.boot.join("\n") + "\n");
    for (const path of modules.boot) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      await Deno.copyFile(`${modules.folder}/${path}`, `${tree}/boot/${name}`);
    }
    await output("sh", [
      "-ec",
      'cd "$1"; find . | "$2" cpio -o -H newc >"$3" 2>/dev/null',
      "pack",
      tree,
      `${root}/bin/busybox`,
      `${folder}/cpio`,
    ]);
    await Deno.remove(tree, { recursive: true });
  });
  return `${folder}/cpio`;
}
