/** AF_XDP sockets on a veth pair. */
import { AF_XDP, isSocketError, SOCK_RAW, socket } from "../../mod.ts";
import * as raw from "../../raw/mod.ts";
import type { Netns } from "./_netns.ts";
import { ETH_P_TEST } from "./_packets.ts";

/** Why nothing of AF_XDP can be tried on this kernel. */
export function lacksXdp(): string | undefined {
  try {
    if (Deno.uid() === 0) socket(AF_XDP, SOCK_RAW).close();
  } catch (error) {
    if (isSocketError(error, "EAFNOSUPPORT")) return error.message;
    throw error;
  }
}

/** What most tests of it need. */
export const XDP_NEEDS = { netns: true, tools: ["ip"], kernel: lacksXdp } as const;

/** Opens an AF_XDP socket in a namespace, for the experiments' frames alone. */
export async function openXdp(
  netns: Netns,
  options: Partial<raw.OpenXdpOptions> = {},
): Promise<raw.XdpEndpoint> {
  using _ = netns.enter();
  const { program, mapFd } = options;
  const isOwn = program === undefined && mapFd === undefined;
  return await raw.openXdp({
    interface: "v0",
    ...(isOwn && { etherType: ETH_P_TEST }),
    ...options,
  });
}

/** One that only sends. */
export async function openSender(
  netns: Netns,
  options: Partial<raw.OpenXdpOptions> = {},
): Promise<raw.XdpEndpoint> {
  using _ = netns.enter();
  return await raw.openXdp({ interface: "v0", attach: "none", ...options });
}

/** What `ip` says of an end's program. */
export async function programOf(netns: Netns): Promise<{ mode: number } | undefined> {
  return JSON.parse(await netns.ip("-d -j link show v0"))[0].xdp;
}

/** What `ip` counts at an end. */
export async function countsOf(
  netns: Netns,
): Promise<{ rx: { packets: number; dropped: number }; tx: { packets: number } }> {
  return JSON.parse(await netns.ip("-s -j link show v0"))[0].stats64;
}
