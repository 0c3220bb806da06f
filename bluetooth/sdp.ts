/**
 * What a device serves: a client of the Service Discovery Protocol (Bluetooth Core 5.4, volume 3,
 * part B).
 *
 * @module
 */
import {
  integer,
  list,
  object,
  optional,
  orElse,
  type Parameter,
  text,
} from "../core/arguments.ts";
import { WAIT_SHAPE, type WaitOptions } from "../core/wait.ts";
import { connect } from "./connect.ts";
import { concat, decodeSdpElement, encodeSdpElement, uuidText } from "./_sdp_codec.ts";
import type { BluetoothMessages, SdpElement, SdpSearchOptions, SdpService } from "./types.ts";

const ACTION = "search services";
/** The channel of SDP (assigned numbers, section 2.2). */
const PSM_SDP = 1;
/** Requests and answers (section 4.2). */
const PDU = { ERROR: 0x01, SEARCH_ATTRIBUTES: 0x06, SEARCH_ATTRIBUTES_ANSWER: 0x07 } as const;
const HEADER_BYTES = 5;
/** The most of one answer: what its length can say. */
const MAX_ANSWER_BYTES = 0xffff;
/** The most of all parts together: a device has some kilobytes. */
const MAX_LISTS_BYTES = 1 << 20;
const MAX_CONTINUATION_BYTES = 16;
/** Patterns have at most 12 (section 4.5.1). */
const MAX_UUIDS = 12;
/** Any service that can be browsed (PublicBrowseRoot). */
const BROWSE_ROOT = 0x1002;
/** Attributes (assigned numbers, section 5.1). */
const ATTRIBUTES = { HANDLE: 0, CLASSES: 1, PROTOCOLS: 4, NAME: 0x100 } as const;
const L2CAP = uuidText(0x0100, ACTION, "uuid");
const RFCOMM = uuidText(0x0003, ACTION, "uuid");
const DECODER = new TextDecoder();
/** What an error answer says, by its number (section 4.4.1). */
const ERRORS = [
  ...["unknown error", "unsupported version", "no such record", "invalid syntax"],
  ...["invalid size", "invalid continuation", "insufficient resources"],
];
const UUID_PARAMETER: Parameter<string> = (value, action, name) =>
  uuidText(value as string, action, name);
const REQUEST = object({
  ...WAIT_SHAPE,
  address: text(),
  localAddress: optional(text()),
  uuids: orElse(list(UUID_PARAMETER), [uuidText(BROWSE_ROOT, ACTION, "uuids")]),
  attributes: orElse(
    list(object({ first: integer(0, 0xffff), last: integer(0, 0xffff) })),
    [{ first: 0, last: 0xffff }],
  ),
});

/** A device refuses a search, or its answer is none. */
export class SdpError extends Error {
  /** The number of its refusal, 1 to 6; 0 where its answer made no sense. */
  readonly status: number;

  /** What is wrong. */
  constructor(what: string, status: number = 0) {
    super(`Cannot ${ACTION}: ${what}`);
    this.name = "SdpError";
    this.status = status;
  }
}

/**
 * Asks a device which services it has.
 *
 * Needs `--allow-ffi` and the whole of `--allow-net`.
 *
 * @example Where its serial port is
 * ```ts ignore
 * import { bluetooth } from "@berkeley/sockets";
 *
 * const address = "00:11:22:33:44:55";
 * const [port] = await bluetooth.searchServices({ address, uuids: [0x1101] });
 * using stream = await bluetooth.connect({
 *   kind: "rfcomm",
 *   address,
 *   channel: port.rfcommChannel!,
 * });
 * ```
 *
 * @param options The device, and which services and attributes.
 * @returns The services that have all of the UUIDs.
 * @throws {TypeError} If an option is unknown or of the wrong type.
 * @throws {RangeError} If a number is out of range, or there are more than 12 UUIDs.
 * @throws {SdpError} If the device refuses, or answers what makes no sense.
 * @throws {SocketError} If it cannot be reached: `EHOSTDOWN`, `ECONNREFUSED`.
 */
export async function searchServices(options: SdpSearchOptions): Promise<SdpService[]> {
  const request = REQUEST(options, ACTION, "options");
  const { address, localAddress, uuids, attributes, ...limits } = request;
  if (uuids.length === 0 || uuids.length > MAX_UUIDS) {
    throw new RangeError(`Cannot ${ACTION}: uuids are not 1 to ${MAX_UUIDS}`);
  }
  if (attributes.length === 0 || attributes.some(({ first, last }) => first > last)) {
    throw new RangeError(`Cannot ${ACTION}: attributes are no ranges`);
  }
  using channel = await connect({
    ...{ kind: "l2cap", address, psm: PSM_SDP },
    ...(localAddress !== undefined && { localAddress }),
    ...limits,
  });
  return await searchOver(channel, { uuids, attributes }, limits);
}

/** Searches over a channel that is there; each wait is limited by itself. */
export async function searchOver(
  channel: Pick<BluetoothMessages, "send" | "recv">,
  { uuids, attributes }: {
    uuids: readonly string[];
    attributes: readonly { first: number; last: number }[];
  },
  limits: WaitOptions,
): Promise<SdpService[]> {
  const pattern = encodeSdpElement({
    type: "sequence",
    value: uuids.map((value) => ({ type: "uuid", value })),
  });
  const wanted = encodeSdpElement({
    type: "sequence",
    value: attributes.map(({ first, last }) => ({
      type: "uint",
      value: BigInt(first) << 16n | BigInt(last),
      sizeBytes: 4,
    })),
  });
  const parts: Uint8Array[] = [];
  let total = 0;
  let continuation: Uint8Array = new Uint8Array(0);
  for (let transaction = 1;; transaction = transaction % 0xffff + 1) {
    const parameters = concat([
      pattern,
      Uint8Array.of(MAX_ANSWER_BYTES >> 8, MAX_ANSWER_BYTES & 0xff),
      wanted,
      Uint8Array.of(continuation.length),
      continuation,
    ]);
    await channel.send(packet(PDU.SEARCH_ATTRIBUTES, transaction, parameters), limits);
    const answer = readAnswer(await channel.recv(limits), transaction);
    total += answer.part.length;
    if (total > MAX_LISTS_BYTES) throw new SdpError("the answer has no end");
    parts.push(answer.part);
    ({ continuation } = answer);
    if (continuation.length === 0) return servicesOf(concat(parts));
    if (answer.part.length === 0) throw new SdpError("a part of the answer is empty");
  }
}

function packet(id: number, transaction: number, parameters: Uint8Array): Uint8Array {
  const size = parameters.length;
  const head = [id, transaction >> 8, transaction & 0xff, size >> 8, size & 0xff];
  return concat([Uint8Array.from(head), parameters]);
}

function readAnswer(
  bytes: Uint8Array,
  transaction: number,
): { part: Uint8Array; continuation: Uint8Array } {
  if (bytes.length < HEADER_BYTES + 2) throw new SdpError("the answer is too short");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(1) !== transaction) throw new SdpError("the answer is to another request");
  if (view.getUint16(3) !== bytes.length - HEADER_BYTES) {
    throw new SdpError("the answer is not as long as it says");
  }
  const id = bytes[0];
  const first = view.getUint16(HEADER_BYTES);
  if (id === PDU.ERROR) throw new SdpError(ERRORS[first] ?? `error ${first}`, first);
  if (id !== PDU.SEARCH_ATTRIBUTES_ANSWER) throw new SdpError(`an answer of kind ${id} is none`);
  const begin = HEADER_BYTES + 2;
  const end = begin + first;
  const size = bytes[end];
  if (size === undefined || size > MAX_CONTINUATION_BYTES || end + 1 + size !== bytes.length) {
    throw new SdpError("the answer is cut off");
  }
  return { part: bytes.slice(begin, end), continuation: bytes.slice(end + 1) };
}

/** The services of all parts: a sequence of sequences of attributes and their values. */
function servicesOf(lists: Uint8Array): SdpService[] {
  let whole: SdpElement;
  try {
    whole = decodeSdpElement(lists);
  } catch (error) {
    throw new SdpError((error as Error).message.replace(/^Cannot /, "cannot "));
  }
  return listOf(whole).map((record) => {
    const attributes = new Map<number, SdpElement>();
    const values = listOf(record);
    for (let i = 0; i + 1 < values.length; i += 2) {
      const id = values[i];
      if (id.type !== "uint") throw new SdpError("an attribute has no number");
      attributes.set(Number(id.value), values[i + 1]);
    }
    return describe(attributes);
  });
}

function listOf(element: SdpElement | undefined): readonly SdpElement[] {
  if (element?.type === "sequence") return element.value;
  throw new SdpError("what should be a list is none");
}

function describe(attributes: ReadonlyMap<number, SdpElement>): SdpService {
  const handle = attributes.get(ATTRIBUTES.HANDLE);
  const name = attributes.get(ATTRIBUTES.NAME);
  const psm = parameterOf(attributes, L2CAP);
  const channel = parameterOf(attributes, RFCOMM);
  return {
    ...(handle?.type === "uint" && { handle: Number(handle.value) }),
    ...(name?.type === "text" && { name: DECODER.decode(name.value).replace(/\0+$/, "") }),
    classes: uuidsOf(attributes.get(ATTRIBUTES.CLASSES)),
    ...(psm !== undefined && { psm }),
    ...(channel !== undefined && { rfcommChannel: channel }),
    attributes,
  };
}

function uuidsOf(element: SdpElement | undefined): string[] {
  if (element?.type !== "sequence") return [];
  return element.value.flatMap((one) => one.type === "uuid" ? [one.value] : []);
}

/** The number behind a protocol in the stack of a service; there may be several stacks. */
function parameterOf(
  attributes: ReadonlyMap<number, SdpElement>,
  protocol: string,
): number | undefined {
  const stacks = attributes.get(ATTRIBUTES.PROTOCOLS);
  if (stacks === undefined || !("value" in stacks) || !Array.isArray(stacks.value)) {
    return undefined;
  }
  const layers = stacks.type === "alternative"
    ? stacks.value.flatMap((stack) => stack.type === "sequence" ? stack.value : [])
    : stacks.value;
  for (const layer of layers) {
    if (layer.type !== "sequence") continue;
    const [uuid, parameter] = layer.value;
    if (uuid?.type !== "uuid" || uuid.value !== protocol) continue;
    return parameter?.type === "uint" ? Number(parameter.value) : undefined;
  }
}
