/**
 * `vsock:` and `vsockseq:`: a context and a port.
 *
 * @module
 */
import type { VsockAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { type Scheme, scheme, type SchemeRow } from "./scheme.ts";

/** Where a socket is, or is to be. */
interface VsockTarget {
  /** Absent when the text has a port only. */
  readonly cid: number | undefined;
  readonly port: number;
}

/** Contexts that have a name: VMADDR_CID_LOCAL, VMADDR_CID_HOST (linux/vm_sockets.h). */
const CONTEXTS: Readonly<Record<string, number>> = { local: 1, host: 2 };
/** VMADDR_CID_ANY, VMADDR_PORT_ANY. */
const ANY = 0xffffffff;

/** What the two share. */
const SHARED = {
  form: "CID:PORT",
  clientSettings: [],
  serverSettings: [],
  parse: parseTarget,
  format: ({ cid, port }: VsockTarget) => cid === undefined ? String(port) : `${cid}:${port}`,
  show: ({ cid, port }: VsockAddress) => cid === ANY ? String(port) : `${cid}:${port}`,
  checkClient({ cid }: VsockTarget, text: string): void {
    if (cid === undefined) throw new UsageError(`address "${text}" lacks a context to connect to`);
  },
} satisfies Partial<SchemeRow<VsockTarget, VsockAddress>>;

const openers = () =>
  load<typeof import("../../vsock/mod.ts")>("../../vsock/mod.ts", import.meta.url);

/** The rows. */
export const VSOCK_SCHEMES: readonly Scheme[] = [
  scheme<VsockTarget, VsockAddress>({
    name: "vsock",
    help: "stream to a virtual machine or its host; CID is a number, local or host",
    ...SHARED,
    connect: async ({ cid = ANY, port }, how) =>
      await (await openers()).connect({ cid, port, ...how }),
    listen: async (target, how) => await (await openers()).listen({ ...placeOf(target), ...how }),
  }),
  scheme<VsockTarget, VsockAddress>({
    name: "vsockseq",
    help: "sequenced packets to a virtual machine or its host",
    ...SHARED,
    connect: async ({ cid = ANY, port }, how) =>
      await (await openers()).connect({ cid, port, type: "seqpacket", ...how }),
    listen: async (target, how) =>
      await (await openers()).listen({ ...placeOf(target), type: "seqpacket", ...how }),
  }),
];

/** Port 0 is a free one, as with the other kinds of address. */
function placeOf({ cid = ANY, port }: VsockTarget): { cid: number; port: number } {
  return { cid, port: port === 0 ? ANY : port };
}

function parseTarget(rest: string, text: string): VsockTarget {
  const match = /^(?:([^:]+):)?(\d{1,10})$/.exec(rest);
  if (match === null) throw new UsageError(`address "${text}" lacks a port: it is vsock:CID:PORT`);
  const [, context, port] = match;
  const cid = context === undefined
    ? undefined
    : Object.hasOwn(CONTEXTS, context)
    ? CONTEXTS[context]
    : /^\d{1,10}$/.test(context)
    ? Number(context)
    : NaN;
  if (cid !== undefined && !(cid <= ANY)) {
    throw new UsageError(`the context of "${text}" is no number in 0 to ${ANY}, local or host`);
  }
  if (Number(port) > ANY) throw new UsageError(`the port of "${text}" is over ${ANY}`);
  return { cid, port: Number(port) };
}
