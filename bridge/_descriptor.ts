import type { Endpoint } from "../core/endpoint.ts";

/** The families whose descriptors `node:net` recognizes (libuv's uv_guess_handle). */
const NODE_FAMILIES: readonly string[] = ["inet", "inet6", "unix"];

/** Whether Node can take the endpoint's descriptor over. */
export function hasDescriptor(
  endpoint: Endpoint<unknown>,
): endpoint is Endpoint<unknown> & { detach(): number } {
  return endpoint.type === "stream" && NODE_FAMILIES.includes(endpoint.family) &&
    "detach" in endpoint && typeof endpoint.detach === "function";
}
