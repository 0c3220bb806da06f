/** Where the contract suite's endpoints are, and what this machine may lack for them. */

const scratch = await Deno.makeTempDir({ prefix: "sockets-contract-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));
let serial = 0;

/** A path that nobody uses. */
export function freshPath(): string {
  return `${scratch}/${serial++}.sock`;
}

/** An abstract name that nobody uses. */
export function freshAbstract(): string {
  return `\0sockets-contract-${Deno.pid}-${serial++}`;
}

/** Why there is no IPv6 here. */
export function noIpv6(): string | undefined {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
  } catch {
    return "this machine has no IPv6";
  }
}

/** Why Deno cannot listen for datagrams. */
export function noListenDatagram(): string | undefined {
  return "listenDatagram" in Deno ? undefined : "needs --unstable-net";
}

/** Why there is no Multipath TCP. */
export function noMptcp(): string | undefined {
  try {
    return Deno.readTextFileSync("/proc/sys/net/mptcp/enabled").trim() === "1"
      ? undefined
      : "Multipath TCP is switched off";
  } catch {
    return "this kernel has no Multipath TCP";
  }
}
