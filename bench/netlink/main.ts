/**
 * Tables of the kernel: 100,000 routes and 10,000 sockets listed, 10,000 routes added, against `ip`,
 * `ss`, a C program on libmnl and pyroute2. In a network namespace of its own (`unshare -rn`).
 */
const HERE = new URL(".", import.meta.url).pathname;
const folder = await Deno.makeTempDir();
try {
  const program = `${folder}/dump`;
  const made = await new Deno.Command("gcc", {
    args: ["-O2", "-o", program, `${HERE}dump.c`, "-lmnl"],
    stderr: "inherit",
  }).output();
  if (!made.success) Deno.exit(1);
  const inside = [Deno.execPath(), "run", "-A", `${HERE}_inside.ts`, program, folder];
  const { code } = await new Deno.Command("unshare", { args: ["-rn", ...inside] }).spawn().status;
  if (code !== 0) Deno.exit(code);
} finally {
  await Deno.remove(folder, { recursive: true });
}
