/**
 * Where the tests run: in namespaces of their own, so that no packet and no look-up of theirs can
 * leave the machine, and none depends on what its resolver is set to. An ordinary user, or a system
 * that permits no namespaces, runs them where they are.
 */

/** A machine as the tests like it: loopback, an interface with a default route, a known resolver. */
const SETUP = `
set -e
mount -t tmpfs -o mode=755 place "$PLACE"
printf '%s\\n' 'nameserver 127.0.0.1' 'options timeout:1 attempts:1' >"$PLACE/resolv.conf"
printf '%s\\n' 'hosts: files dns' 'services: files' 'protocols: files' 'passwd: files' \\
  'group: files' 'shadow: files' >"$PLACE/nsswitch.conf"
printf '%s\\n' '127.0.0.1 localhost' '::1 ip6-localhost' "127.0.1.1 $(hostname)" \\
  >"$PLACE/hosts"
for name in resolv.conf nsswitch.conf hosts; do
  if [ -e "/etc/$name" ]; then mount --bind "$PLACE/$name" "/etc/$name"; fi
done
ip link set lo up
ip link add test0 type veth peer name test1
ip link set test0 up
ip link set test1 up
ip address add 192.0.2.2/24 dev test0
ip -6 address add fd00::2/64 dev test0 nodad
ip route add default via 192.0.2.1
ip -6 route add default via fd00::1
exec "$@"
`;

let place: string | undefined;

/** The command that runs `command` there. */
export function inTestPlace(command: readonly string[]): string[] {
  place ??= preparePlace();
  if (place === "") return [...command];
  return ["unshare", "-m", "-n", "env", `PLACE=${place}`, "sh", "-c", SETUP, "sh", ...command];
}

/** Removes what {@linkcode inTestPlace} has left in the file system. */
export function removeTestPlace(): void {
  if (place) Deno.removeSync(place);
  place = undefined;
}

function preparePlace(): string {
  const dir = Deno.makeTempDirSync({ prefix: "test-place-" });
  const { success } = tryRun([
    "unshare",
    "-m",
    "-n",
    "env",
    `PLACE=${dir}`,
    "sh",
    "-c",
    SETUP,
    "sh",
    "true",
  ]);
  if (success) return dir;
  Deno.removeSync(dir);
  console.log("== no namespaces of their own for the tests here: they run as they are");
  return "";
}

function tryRun([command, ...args]: string[]): { success: boolean } {
  try {
    return new Deno.Command(command, { args, stdout: "null", stderr: "null" }).outputSync();
  } catch {
    return { success: false };
  }
}
