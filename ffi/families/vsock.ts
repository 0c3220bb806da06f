/**
 * Virtual machines and their hypervisor: `struct sockaddr_vm` (linux/vm_sockets.h, `man 7 vsock`).
 *
 * @module
 */
import type { VsockAddress } from "../../core/address.ts";
import { checkInteger } from "../../core/arguments.ts";
import { AF_VSOCK, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from "../abi/socket_constants.ts";
import { hostU32At, putFamily, putHostU32 } from "./bytes.ts";
import type { FamilyRow } from "./row.ts";

/** struct sockaddr_vm (linux/vm_sockets.h), all in the host's order. */
export const SOCKADDR_VM = {
  size: 16,
  svm_family: 0,
  svm_reserved1: 2,
  svm_port: 4,
  svm_cid: 8,
} as const;

/** VMADDR_CID_ANY and VMADDR_PORT_ANY (linux/vm_sockets.h). */
export const VMADDR_ANY = 0xffffffff;

/** VSOCK. */
export const VSOCK: FamilyRow<VsockAddress> = {
  number: AF_VSOCK,
  name: "vsock",
  module: "vsock",
  asked: { types: [SOCK_STREAM, SOCK_SEQPACKET, SOCK_DGRAM], protocols: [0] },
  keys: ["cid", "port"],
  grants: ["net"],
  recognises: ({ cid }) => cid !== undefined,
  encode(target, offset, { cid, port }, action) {
    checkInteger(cid, 0, VMADDR_ANY, action, "address.cid");
    checkInteger(port, 0, VMADDR_ANY, action, "address.port");
    target.fill(0, offset, offset + SOCKADDR_VM.size);
    putFamily(target, offset, AF_VSOCK);
    putHostU32(target, offset + SOCKADDR_VM.svm_port, port);
    putHostU32(target, offset + SOCKADDR_VM.svm_cid, cid);
    return SOCKADDR_VM.size;
  },
  decode(bytes, offset, size) {
    if (size < SOCKADDR_VM.size) return undefined;
    return {
      family: "vsock",
      cid: hostU32At(bytes, offset + SOCKADDR_VM.svm_cid),
      port: hostU32At(bytes, offset + SOCKADDR_VM.svm_port),
    };
  },
  isExact: (bytes, offset) => hostU32At(bytes, offset + SOCKADDR_VM.svm_cid) !== VMADDR_ANY,
  text: ({ cid, port }) => `vsock:${cid}:${port}`,
  /** As Deno's own `Deno.connect({ transport: "vsock" })` asks. */
  permissions(bytes, offset) {
    const cid = hostU32At(bytes, offset + SOCKADDR_VM.svm_cid);
    const port = hostU32At(bytes, offset + SOCKADDR_VM.svm_port);
    return [{ name: "net", host: `vsock:${cid}:${port}` }];
  },
};
