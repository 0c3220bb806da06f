/** Packet sockets on a veth pair: opening one, a frame to send, and what an end is. */
import * as raw from "../../raw/mod.ts";
import * as wire from "../../wire/mod.ts";
import type { Netns } from "./_netns.ts";

/** An EtherType for experiments (IEEE 802). */
export const ETH_P_TEST = 0x88b5;

/** Opens a packet socket in a namespace. */
export async function open(
  netns: Netns,
  options: raw.OpenPacketOptions = {},
): Promise<raw.PacketEndpoint> {
  using _ = netns.enter();
  return await raw.openPacket({ interface: "v0", ...options });
}

/** A frame for everybody, of the experiments' type. */
export function frame(text: string): Uint8Array {
  return wire.encode(
    {
      kind: "ethernet",
      source: "02:00:00:00:00:01",
      destination: "ff:ff:ff:ff:ff:ff",
      etherType: ETH_P_TEST,
    },
    new TextEncoder().encode(text),
  );
}

/** The address of a namespace's end. */
export async function macOf(netns: Netns): Promise<string> {
  return JSON.parse(await netns.ip("-j link show v0"))[0].address;
}

/** Its interface index. */
export async function indexOf(netns: Netns): Promise<number> {
  return JSON.parse(await netns.ip("-j link show v0"))[0].ifindex;
}
