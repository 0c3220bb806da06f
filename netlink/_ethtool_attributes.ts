/**
 * What messages of ethtool have in common: the link that is asked about, sets of names, sets of bits.
 *
 * @module
 */
import * as e from "./abi/ethtool.ts";
import { type AttributeCodec, attributes } from "./attributes.ts";
import { flag, list, text, u32 } from "./_codecs.ts";

/** Which link is asked about. */
export const HEADER = attributes("ETHTOOL_A_HEADER_", {
  dev_index: [e.ETHTOOL_A_HEADER_DEV_INDEX, u32],
  dev_name: [e.ETHTOOL_A_HEADER_DEV_NAME, text],
  flags: [e.ETHTOOL_A_HEADER_FLAGS, u32],
});
const STRING = attributes("ETHTOOL_A_STRING_", {
  index: [e.ETHTOOL_A_STRING_INDEX, u32],
  value: [e.ETHTOOL_A_STRING_VALUE, text],
});
const STRINGSET = attributes("ETHTOOL_A_STRINGSET_", {
  id: [e.ETHTOOL_A_STRINGSET_ID, u32],
  count: [e.ETHTOOL_A_STRINGSET_COUNT, u32],
  strings: [e.ETHTOOL_A_STRINGSET_STRINGS, list(STRING)],
});
/** The header is attribute 1 of most messages; the second is of those that ask for names. */
export const QUERY = attributes("ETHTOOL_A_STRSET_", {
  header: [e.ETHTOOL_A_STRSET_HEADER, HEADER],
  stringsets: [e.ETHTOOL_A_STRSET_STRINGSETS, list(STRINGSET)],
});

/** A set of bits with their names (Documentation/networking/ethtool-netlink.rst, "Bit sets"). */
export interface BitSet {
  /** Names of the bits that are there at all: the mask. */
  known: string[];
  /** Names of those that are set. */
  set: string[];
}
const BIT = attributes("ETHTOOL_A_BITSET_BIT_", {
  index: [e.ETHTOOL_A_BITSET_BIT_INDEX, u32],
  name: [e.ETHTOOL_A_BITSET_BIT_NAME, text],
  value: [e.ETHTOOL_A_BITSET_BIT_VALUE, flag],
});
/** Its attributes. */
export const RAW_BITSET = attributes("ETHTOOL_A_BITSET_", {
  nomask: [e.ETHTOOL_A_BITSET_NOMASK, flag],
  size: [e.ETHTOOL_A_BITSET_SIZE, u32],
  bits: [e.ETHTOOL_A_BITSET_BITS, list(BIT)],
});
/** A set of bits, read. */
export const bitset: AttributeCodec<BitSet> = {
  within: RAW_BITSET,
  decode(source, at, length) {
    const { bits = [], nomask } = RAW_BITSET.decode(source, at, length);
    const nameOf = ({ name, index }: { name?: string; index?: number }) => name ?? `${index}`;
    return {
      known: bits.map(nameOf),
      set: bits.filter(({ value }) => nomask || value).map(nameOf),
    };
  },
  encode() {
    throw new TypeError("Cannot encode netlink attribute: a bit set can only be read");
  },
};
