/** What the guest is for: its kernel has the families that most lack, and they open there. */
import { assert, assertEquals } from "@std/assert";
import * as abi from "../../ffi/abi/socket_constants.ts";
import { isSocketError, socket } from "../../mod.ts";
import { compiledC } from "../_compiled.ts";
import { IN_GUEST, testWith } from "../_tools.ts";

const { SOCK_DCCP, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET, SOCK_STREAM } = abi;

/** Family, type and protocol (with its header's name) of what opens in the guest. */
const OPENS: readonly (readonly [keyof typeof abi, number, number])[] = [
  ["AF_INET", SOCK_STREAM, 132], // SCTP
  ["AF_INET", SOCK_SEQPACKET, 132],
  ["AF_INET6", SOCK_SEQPACKET, 132],
  ["AF_INET", SOCK_DCCP, 33], // DCCP
  ["AF_INET6", SOCK_DCCP, 33],
  ["AF_INET", SOCK_STREAM, 256], // SMC, also a protocol of AF_INET since 6.11
  ["AF_INET", SOCK_STREAM, 262], // MPTCP
  ["AF_AX25", SOCK_SEQPACKET, 0],
  ["AF_APPLETALK", SOCK_DGRAM, 0],
  ["AF_KEY", SOCK_RAW, 2], // PF_KEY_V2
  ["AF_RDS", SOCK_SEQPACKET, 0],
  ["AF_PPPOX", SOCK_STREAM, 0], // PX_PROTO_OE
  ["AF_PPPOX", SOCK_DGRAM, 1], // PX_PROTO_OL2TP
  ["AF_LLC", SOCK_STREAM, 0],
  ["AF_CAN", SOCK_RAW, 1], // CAN_RAW
  ["AF_CAN", SOCK_DGRAM, 2], // CAN_BCM
  ["AF_CAN", SOCK_DGRAM, 6], // CAN_ISOTP
  ["AF_CAN", SOCK_DGRAM, 7], // CAN_J1939
  ["AF_TIPC", SOCK_STREAM, 0],
  ["AF_TIPC", SOCK_SEQPACKET, 0],
  ["AF_TIPC", SOCK_RDM, 0],
  ["AF_TIPC", SOCK_DGRAM, 0],
  ["AF_BLUETOOTH", SOCK_STREAM, 0], // BTPROTO_L2CAP
  ["AF_BLUETOOTH", SOCK_SEQPACKET, 0],
  ["AF_BLUETOOTH", SOCK_RAW, 1], // BTPROTO_HCI
  ["AF_BLUETOOTH", SOCK_SEQPACKET, 2], // BTPROTO_SCO
  ["AF_BLUETOOTH", SOCK_STREAM, 3], // BTPROTO_RFCOMM
  ["AF_RXRPC", SOCK_DGRAM, 2], // PF_INET
  ["AF_PHONET", SOCK_DGRAM, 0],
  ["AF_PHONET", SOCK_SEQPACKET, 2], // PN_PROTO_PIPE
  ["AF_IEEE802154", SOCK_DGRAM, 0],
  ["AF_ALG", SOCK_SEQPACKET, 0],
  ["AF_NFC", SOCK_RAW, 0], // NFC_SOCKPROTO_RAW
  ["AF_NFC", SOCK_STREAM, 1], // NFC_SOCKPROTO_LLCP
  ["AF_VSOCK", SOCK_STREAM, 0],
  ["AF_VSOCK", SOCK_SEQPACKET, 0],
  ["AF_KCM", SOCK_DGRAM, 0],
  ["AF_KCM", SOCK_SEQPACKET, 0],
  ["AF_QIPCRTR", SOCK_DGRAM, 0],
  ["AF_SMC", SOCK_STREAM, 0],
  ["AF_XDP", SOCK_RAW, 0],
];

/** What Debian's kernel is built without. */
const LACKED: readonly (keyof typeof abi)[] = ["AF_IPX", "AF_X25", "AF_IB", "AF_CAIF"];

const GUEST = { kernel: () => IN_GUEST ? undefined : "its kernel is what is tested" };

/** The error of our own call, 0 if it opens. */
function open(family: number, type: number, protocol: number): number {
  try {
    socket(family, type, protocol).close();
    return 0;
  } catch (error) {
    assert(isSocketError(error), String(error));
    return error.errno;
  }
}

testWith(GUEST, "every family opens in the guest, as in C", async () => {
  const cases = [...OPENS, ...LACKED.map((name) => [name, SOCK_DGRAM, 0] as const)].map(
    ([name, type, protocol]) => ({ name, numbers: [abi[name], type, protocol] }),
  );
  const program = await compiledC(new URL("families.c", import.meta.url).pathname);
  const { stdout } = await new Deno.Command(program, {
    args: cases.map(({ numbers }) => numbers.join(" ")),
  }).output();
  const inC = new TextDecoder().decode(stdout).trim().split("\n").map(Number);
  const label = (i: number) => `${cases[i].name} ${cases[i].numbers.slice(1).join(" ")}`;
  assertEquals(
    cases.map(({ numbers: [family, type, protocol] }, i) => [
      label(i),
      open(family, type, protocol),
    ]),
    inC.map((value, i) => [label(i), value]),
  );
  assertEquals(inC.map((error) => error === 0), cases.map((_, i) => i < OPENS.length));
  // libc stays loaded for as long as the process lives.
}, { sanitizeResources: false });
