/**
 * What changes of queueing disciplines, classes and filters have in common.
 *
 * @module
 */
import { newFlags, type Verb } from "./_change_words.ts";
import type { ChangeRequest } from "./_change_request.ts";
import { TCA_OPTIONS } from "./abi/traffic.ts";
import { type AttributeLookup, holding, writeAttribute } from "./attributes.ts";
import type { ByteSink } from "./_bytes.ts";
import { TCA, TCMSG } from "./qdisc.ts";

/** A change of one of them. */
export interface TrafficChange {
  /** RTM_NEW*, RTM_DEL*. */
  readonly types: readonly [add: number, remove: number];
  readonly verb: Verb;
  readonly header: Parameters<typeof TCMSG.encode>[1];
  readonly kind: string | undefined;
  readonly chain?: number;
  /** Appends the options; left out where there are none. */
  readonly write?: (sink: ByteSink) => void;
  /** For errors: what the options are. */
  readonly shape?: { within?: AttributeLookup; headerBytes?: number };
  readonly action: string;
}

/** The request that makes it. */
export function trafficRequest(change: TrafficChange): ChangeRequest {
  const { types, verb, header, kind, chain, write, shape = {}, action } = change;
  return {
    type: types[verb === "delete" ? 1 : 0],
    flags: newFlags(verb),
    payload(sink) {
      TCMSG.encode(sink, header);
      TCA.encode(sink, { kind, chain });
      if (write === undefined || verb === "delete") return;
      const codec = { decode: () => undefined, encode: (inner: ByteSink) => write(inner) };
      writeAttribute(sink, TCA_OPTIONS, codec, undefined, "options");
    },
    action,
    shape: { headerBytes: TCMSG.size, attributes: holding(TCA, TCA_OPTIONS, shape) },
  };
}
