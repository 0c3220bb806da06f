/** What a kernel lacks is told with the module to load: by every opener, and by the bare socket. */
import { assert, assertEquals } from "@std/assert";
import * as s from "../../mod.ts";
import { FAMILIES } from "../../ffi/families/table.ts";
import { testWith } from "../_tools.ts";

const DEVICE = "00:11:22:33:44:55";
const LOOPBACK = { hostname: "127.0.0.1" };
const SERVICE = { service: 1000, instance: 1 };
const KEY = new Uint8Array(16);
/** Each opener, and the module of the family or the protocol that it takes. */
const OPENERS: readonly [module: string, open: () => unknown][] = [
  ["bluetooth", () => s.bluetooth.listen({ kind: "rfcomm", channel: 3 })],
  ["bluetooth", () => s.bluetooth.connect({ kind: "l2cap", address: DEVICE, psm: 0x1001 })],
  ["bluetooth", () => s.bluetooth.openHci({ device: 0 })],
  ["bluetooth", () => s.bluetooth.openManagement()],
  ["bluetooth", () => s.bluetooth.searchServices({ address: DEVICE })],
  ["can", () => s.can.openRaw()],
  ["can", () => s.can.openBroadcastManager({ interface: "lo" })],
  ["can", () => s.can.claimAddress({ interface: "lo", name: 1n, addresses: [1] })],
  ["sctp", () => s.sctp.listen({ ...LOOPBACK, port: 0 })],
  ["sctp", () => s.sctp.bind(LOOPBACK)],
  ["sctp", () => s.sctp.connect({ ...LOOPBACK, port: 9 })],
  ["dccp_ipv4", () => s.dccp.listen({ ...LOOPBACK, port: 0, service: "test" })],
  ["dccp_ipv6", () => s.dccp.connect({ hostname: "::1", port: 9, service: "test" })],
  ["tipc", () => s.tipc.listen(SERVICE)],
  ["tipc", () => s.tipc.connect(SERVICE)],
  ["tipc", () => s.tipc.bind()],
  ["tipc", () => s.tipc.joinGroup(SERVICE)],
  ["tipc", () => s.tipc.watch({ service: 1000 }).next()],
  ["af_alg", () => s.alg.openHash({ name: "sha256" })],
  ["af_alg", () => s.alg.openCipher({ name: "cbc(aes)", key: KEY })],
  ["af_alg", () => s.alg.openAead({ name: "gcm(aes)", key: KEY })],
  ["af_alg", () => s.alg.openRandom()],
  ["af_alg", () => s.alg.bind({ type: "hash", name: "md5" })],
];

/** What is said by a kernel without it; `undefined` where the kernel has it, whatever it says then. */
async function lacking(open: () => unknown): Promise<string | undefined> {
  try {
    const opened = await open();
    if (typeof opened === "object" && opened !== null && "close" in opened) {
      (opened as { close(): void }).close();
    }
  } catch (error) {
    if (s.isSocketError(error) && error.code.endsWith("NOSUPPORT")) {
      assert(error instanceof Deno.errors.NotSupported, String(error));
      return error.message;
    }
  }
}

testWith(
  {},
  "every opener of a family that the kernel lacks names the module to load",
  async () => {
    for (const [module, open] of OPENERS) {
      const message = await lacking(open);
      if (message === undefined) continue;
      assert(message.includes(`load the module ${module} (`), `${module}: ${message}`);
    }
  },
);

testWith({}, "so does the bare socket of every family", async () => {
  const families = FAMILIES.filter(({ module }) => module !== undefined);
  assertEquals(families.length > 12, true);
  for (const { number, name, module } of families) {
    const message = await lacking(() => s.socket(number, s.SOCK_SEQPACKET).close());
    // Another type or protocol of a family that is there may be lacking: that is its own module's.
    if (message === undefined || !message.includes("the address family")) continue;
    assert(
      message.includes(`lacks the address family ${name}: load the module ${module} (`),
      message,
    );
  }
});
