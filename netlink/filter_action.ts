/**
 * What a filter does with what it matches.
 *
 * @module
 */

/** What becomes of a packet. */
export type ControlAction =
  | "continue"
  | "pass"
  | "reclassify"
  | "drop"
  | "pipe"
  | "stolen"
  | "trap";

/**
 * An action of a filter, in the words of `tc -j`; which words it has, its kind says. Of other kinds the
 * kind alone is told, and they cannot be given.
 */
export interface FilterAction {
  /**
   * `"gact"` (let it go on, or not), `"mirred"` (to another link), `"police"` (keep to a rate), `"skbedit"`
   * (queue, priority, mark), `"vlan"` (tags), …
   */
  kind: string;
  /**
   * What becomes of the packet. Default: of mirred `"stolen"` or, if it is mirrored, `"pipe"`; of police,
   * for which it is what becomes of those over the rate, `"reclassify"`; of others `"pipe"`.
   */
  control_action?: { type: ControlAction };
  /** Its place among the actions, from 1. */
  order?: number;
  /** Of mirred: whether the packet itself goes to the other link, or a copy. */
  mirred_action?: "redirect" | "mirror";
  /** Of mirred: whether it leaves there, or comes in. */
  direction?: "egress" | "ingress";
  /** Of mirred: the other link, by name. */
  to_dev?: string;
  /** Of police: bytes per second. */
  rate?: number;
  /** Of police: bytes that may go at once. */
  burst?: number;
  /** Of police: packets above so many bytes are over the rate. Default: 2040. */
  mtu?: number;
  /** Of police: what becomes of packets within the rate. Default: `"pass"`. */
  conform_action?: { type: ControlAction };
  /** Of skbedit: the queue, 0 to 65534. */
  queue_mapping?: number;
  /** Of skbedit the class, `"1:10"`; of vlan the priority in the tag, 0 to 7. */
  priority?: string | number;
  /** Of skbedit: the mark. */
  mark?: number;
  /** Of skbedit: the bits of the mark that change, hexadecimal. Default: all. */
  mask?: string;
  /** Of skbedit: whom the packet is taken to be for. */
  ptype?: "host" | "broadcast" | "multicast" | "otherhost";
  /** Of vlan: whether a tag is taken away, put on, or changed. */
  vlan_action?: "pop" | "push" | "modify";
  /** Of vlan: the VLAN, 0 to 4095. */
  id?: number;
  /** Of vlan: the kind of tag. Default: `"802.1Q"`. */
  protocol?: "802.1Q" | "802.1ad";
}
