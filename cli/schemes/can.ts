/**
 * `isotp:`: messages between two identifiers of a CAN bus. Frames are what `sock can` is for.
 *
 * @module
 */
import type { CanAddress } from "../../core/address.ts";
import { UsageError } from "../exit.ts";
import { load } from "../load.ts";
import { type OpenHow, type Scheme, scheme } from "./scheme.ts";

/** An interface and the identifiers of the two ends. */
interface IsoTpTarget {
  readonly interface: string;
  readonly txId: number;
  readonly rxId: number;
  readonly extended: boolean;
}

async function open(target: IsoTpTarget, how: OpenHow) {
  const { openIsoTp } = await load<typeof import("../../can/mod.ts")>(
    "../../can/mod.ts",
    import.meta.url,
  );
  const { signal: _signal, timeoutMs: _timeoutMs, ...options } = how;
  return await openIsoTp({ ...target, ...options });
}

/** The row. */
export const CAN_SCHEMES: readonly Scheme[] = [
  scheme<IsoTpTarget, CanAddress>({
    name: "isotp",
    form: "INTERFACE:TX:RX",
    help: "ISO-TP on a CAN bus: send by TX, hear RX, in hexadecimal as 7E0; 8 digits have 29 bits",
    clientSettings: [],
    serverSettings: [],
    parse: parseTarget,
    format: ({ interface: name, txId, rxId, extended }) =>
      `${name}:${hexId(txId, extended)}:${hexId(rxId, extended)}`,
    show: ({ interface: name, txId = 0, rxId = 0, extended = false }) =>
      `${name}:${hexId(txId, extended)}:${hexId(rxId, extended)}`,
    connect: open,
    listen: open,
  }),
];

function hexId(id: number, extended: boolean): string {
  return id.toString(16).toUpperCase().padStart(extended ? 8 : 3, "0");
}

function parseTarget(rest: string, text: string): IsoTpTarget {
  const match = /^([^:]+):([0-9a-f]{3}|[0-9a-f]{8}):([0-9a-f]{3}|[0-9a-f]{8})$/i.exec(rest);
  if (match === null || match[2].length !== match[3].length) {
    throw new UsageError(`address "${text}" is not isotp:INTERFACE:TX:RX, as isotp:can0:7E0:7E8`);
  }
  const extended = match[2].length === 8;
  const [txId, rxId] = [parseInt(match[2], 16), parseInt(match[3], 16)];
  if (Math.max(txId, rxId) > (extended ? 0x1fffffff : 0x7ff)) {
    throw new UsageError(`the identifiers of "${text}" have more than ${extended ? 29 : 11} bits`);
  }
  return { interface: match[1], txId, rxId, extended };
}
