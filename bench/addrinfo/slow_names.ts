/**
 * 512 names behind a name server that takes 200 ms for each, all asked for at once, while a file is
 * read: against Node's dns.lookup, CPython in threads, and Go. In namespaces of their own; Node takes
 * most of a minute.
 *
 * `deno run -A bench/addrinfo/slow_names.ts`
 */
import { startDnsServer } from "../../tests/addrinfo/_dns_server.ts";
import { findPeers, start, turn } from "./_peers.ts";

const COUNT = 512;
const DELAY_MS = 200;

if (Deno.args[0] !== "inside") {
  const dir = await Deno.makeTempDir();
  await Deno.writeTextFile(`${dir}/resolv.conf`, "nameserver 127.0.0.1\n");
  await Deno.writeTextFile(`${dir}/nsswitch.conf`, "hosts: files dns\n");
  const script = `set -e
    for name in resolv.conf nsswitch.conf; do mount --bind ${dir}/$name /etc/$name; done
    ip link set lo up
    exec "$@"`;
  const self = [Deno.execPath(), "run", "-A", new URL(import.meta.url).pathname, "inside"];
  const user = Deno.uid() === 0 ? [] : ["-r"];
  const args = [...user, "-m", "-n", "sh", "-c", script, "sh", ...self];
  const { code } = await new Deno.Command("unshare", { args }).spawn().status;
  await Deno.remove(dir, { recursive: true });
  Deno.exit(code);
}

await startDnsServer(DELAY_MS);
console.log(`${COUNT} names at a server that takes ${DELAY_MS} ms each, all at once\n`);
console.log("                             seconds   longest read of a file, ms");
for (const peer of await findPeers()) {
  // The names are distinct as they are.
  if (peer.last === "distinct" || peer.alone) continue;
  const program = start(peer, "slow-%d.example.test", COUNT, COUNT);
  const { perSecond, readMs } = await turn(program);
  await program.stop();
  const name = peer.name.startsWith("ours") ? "ours" : peer.name;
  console.log(
    name.padEnd(24) + (COUNT / perSecond).toFixed(2).padStart(12) +
      (readMs === undefined ? "-" : readMs.toFixed(1)).padStart(16),
  );
}
Deno.exit(0);
