/** What `task soak` runs, and the tests beside it for a moment: one row each. */
import { LISTENER_KINDS, MESSAGE_KINDS, PAIR_KINDS } from "../contract/_kinds.ts";
import { HALVES, type Kind } from "../contract/_claim.ts";
import { cancelConnections, cancelLookups, cancelStreams, closeStreams } from "./_cancellation.ts";
import { cancelMessages, closeMessages } from "./_message_cancellation.ts";
import { missing } from "../_tools.ts";
import { fuzzCodec } from "./_codec_fuzz.ts";
import { CODECS } from "./_codec_targets.ts";
import { allFaults, type Fault, injectAll } from "./_faults.ts";
import { fuzzMessages, fuzzStream } from "./_fuzz.ts";
import { connectAndClose, idleConnections, loaded, messages } from "./_load.ts";
import { OUTSIDE, outsideMissing } from "./_outside.ts";
import type { Random } from "./_random.ts";

/** What one run tried. It throws when anything was lost. */
export interface Counts {
  /** Calls of the library. */
  calls: number;
  /** How many of them ended early, or failed as they had to. */
  cancelled: number;
}

/** Something that is tried with other random choices again and again. */
export interface Row {
  /** What is tried. */
  what: string;
  /** On what. */
  on: string;
  /** Why it cannot run here, or undefined. */
  missing?(): string | undefined;
  /** What this kernel lacks and the guest's has, or undefined. */
  kernel?(): string | undefined;
  run(random: Random): Promise<Counts>;
}

function rows<K extends Kind>(
  what: string,
  kinds: readonly K[],
  run: (kind: K, random: Random) => Promise<Counts>,
): Row[] {
  return kinds.map((kind) => ({
    what,
    on: kind.name,
    missing: () => kind.missing?.(),
    ...(kind.kernel && { kernel: () => kind.kernel!() }),
    run: (random: Random) => run(kind, random),
  }));
}

export const CANCELLATION: readonly Row[] = [
  ...rows(
    "sends and receives cancelled at random lose and double no byte",
    // One direction ends while the other goes on.
    PAIR_KINDS.filter(HALVES),
    (kind, random) => cancelStreams(kind, random, 40),
  ),
  ...rows(
    "a connection closed at random has sent what it says, and ends all waits",
    // What TLS itself sends may be unread at the close, which then is a reset.
    PAIR_KINDS.filter(({ name }) => !name.startsWith("TLS")),
    (kind, random) => closeStreams(kind, random, 10),
  ),
  ...rows(
    "sends and receives cancelled at random lose and double no message",
    MESSAGE_KINDS,
    (kind, random) => cancelMessages(kind, random, 300),
  ),
  ...rows(
    "an endpoint of messages closed at random ends all receives",
    MESSAGE_KINDS,
    (kind, random) => closeMessages(kind, random, 20),
  ),
  ...rows(
    "accepts and connects cancelled at random lose and double no connection",
    LISTENER_KINDS,
    (kind, random) => cancelConnections(kind, random, 60),
  ),
  {
    what: "look-ups cancelled at random leave the others their answers",
    on: "localhost",
    run: (random) => cancelLookups(random, 200),
  },
];

/** Random calls with random views. */
export const FUZZ: readonly Row[] = [
  ...rows(
    "random calls with random views move the bytes that they truly are",
    PAIR_KINDS,
    (kind, random) => fuzzStream(kind, random, 200),
  ),
  ...rows(
    "random calls with random views move the messages that they truly are",
    MESSAGE_KINDS,
    (kind, random) => fuzzMessages(kind, random, 200),
  ),
];

const INPUTS_A_RUN = 2000;

/** Random bytes to every codec. */
export const CODEC_FUZZ: readonly Row[] = CODECS.map((target) => ({
  what: "no bytes at all break a codec",
  on: target.name,
  async run(random) {
    const { runs, refused } = await fuzzCodec(target, random, (runs) => runs >= INPUTS_A_RUN);
    return { calls: runs, cancelled: refused };
  },
}));

const FAULTS_A_RUN = 20;
let nextFault = 0;
let faults: Promise<Fault[]> | undefined;

/** All faults in their order, some a run. */
export const FAULTS: Row = {
  what: "a fault at any system call is hidden or told, and over with it",
  on: "both engines",
  missing: () => missing({ root: true, tools: ["strace"] }),
  async run() {
    const all = await (faults ??= allFaults());
    const some = Array.from({ length: FAULTS_A_RUN }, (_, i) => all[(nextFault + i) % all.length]);
    nextFault += FAULTS_A_RUN;
    const { told = 0 } = await injectAll(some);
    return { calls: FAULTS_A_RUN, cancelled: told };
  },
};

/** Faults of peers, links, disks and limits. */
export const OUTSIDE_FAULTS: readonly Row[] = OUTSIDE.map((fault) => ({
  what: "a fault from outside is hidden or told, and over with it",
  on: `${fault.on}, ${fault.what}`,
  missing: () => outsideMissing(fault),
  run: async (random) => ({ calls: 1, cancelled: await fault.run(random) === "told" ? 1 : 0 }),
}));

function load<K extends Kind>(
  what: string,
  kinds: readonly K[],
  count: number,
  run: (kind: K, count: number) => Promise<void>,
): Row[] {
  return rows(what, kinds, async (kind) => {
    await loaded(count, (count) => run(kind, count));
    return { calls: 2 * count, cancelled: 0 };
  });
}

/** Loads of a size: 1 is what a test has time for. */
export function loads(scale: number): Row[] {
  const plain = LISTENER_KINDS.filter(({ name }) => /^(tcp4|unix)( by libc)?$/.test(name));
  const datagrams = MESSAGE_KINDS.filter(({ name }) =>
    /^(udp4|unix datagram)( by libc)?$|^seqpacket$/.test(name)
  );
  return [
    ...load("connections come and go without a trace", plain, 1000 * scale, connectAndClose),
    ...load("idle connections stay alive and leave no trace", plain, 200 * scale, idleConnections),
    ...load("messages come once, in order, without a trace", datagrams, 5000 * scale, messages),
  ];
}
