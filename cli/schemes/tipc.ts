/**
 * `tipc:` and `tipcseq:`: a service of the cluster and its instance.
 *
 * @module
 */
import type { TipcAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { type Scheme, scheme, type SchemeRow } from "./scheme.ts";

/** A service and its instances: one, or for a server a range. */
interface TipcTarget {
  readonly service: number;
  readonly lower: number;
  readonly upper: number;
}

const MAX = 0xffffffff;
/** Services below are the system's own (TIPC_RESERVED_TYPES, linux/tipc.h). */
const RESERVED = 64;

/** What the two share. */
const SHARED = {
  form: "SERVICE:INSTANCE",
  clientSettings: [],
  serverSettings: [],
  // TIPC closes both directions at once, and the other end is told by an error where a program only
  // closes its socket (net/tipc/socket.c: tipc_shutdown, tipc_release).
  ending: { halves: false, code: "ECONNRESET" },
  parse: parseTarget,
  format,
  show: showAddress,
  // A socket's own address is its number: the service is what it can be reached by.
  showServer: format,
  checkClient({ lower, upper }: TipcTarget, text: string): void {
    if (lower !== upper) throw new UsageError(`address "${text}" has a range: connect to one`);
  },
} satisfies Partial<SchemeRow<TipcTarget, TipcAddress>>;

const openers = () =>
  load<typeof import("../../tipc/mod.ts")>("../../tipc/mod.ts", import.meta.url);

/** The rows. */
export const TIPC_SCHEMES: readonly Scheme[] = [
  scheme<TipcTarget, TipcAddress>({
    name: "tipc",
    help: "TIPC, stream; a server may have INSTANCEs from-to",
    ...SHARED,
    connect: async ({ service, lower }, how) =>
      await (await openers()).connect({ service, instance: lower, ...how }),
    listen: async (target, how) => await (await openers()).listen({ ...target, ...how }),
  }),
  scheme<TipcTarget, TipcAddress>({
    name: "tipcseq",
    help: "TIPC, sequenced packets",
    ...SHARED,
    connect: async ({ service, lower }, how) =>
      await (await openers()).connect({ service, instance: lower, type: "seqpacket", ...how }),
    listen: async (target, how) =>
      await (await openers()).listen({ ...target, type: "seqpacket", ...how }),
  }),
];

function format({ service, lower, upper }: TipcTarget): string {
  return `${service}:${lower}${upper === lower ? "" : `-${upper}`}`;
}

function showAddress(address: TipcAddress): string {
  switch (address.kind) {
    case "service":
      return `${address.service}:${address.instance}`;
    case "range":
      return format(address);
    default:
      // As `tipc socket list` has them.
      return `socket ${address.ref}@${address.node.toString(16)}`;
  }
}

function parseTarget(rest: string, text: string): TipcTarget {
  const match = /^(\d{1,10}):(\d{1,10})(?:-(\d{1,10}))?$/.exec(rest);
  if (match === null) {
    throw new UsageError(`address "${text}" is not tipc:SERVICE:INSTANCE, as tipc:18888:17`);
  }
  const [service, lower, upper = lower] = match.slice(1).map((number) =>
    number === undefined ? undefined : Number(number)
  ) as [number, number, number | undefined];
  if (service < RESERVED || service > MAX) {
    throw new UsageError(`the service of "${text}" is no number in ${RESERVED} to ${MAX}`);
  }
  if (upper > MAX || lower > upper) {
    throw new UsageError(`the instance of "${text}" is no number in 0 to ${MAX}, and no range`);
  }
  return { service, lower, upper };
}
