/** Networks that several tests use. */
import { join, Netns } from "./_netns.ts";

/** Two namespaces and the cable between them. */
export interface Ends extends AsyncDisposable {
  /** 192.0.2.1 and 2001:db8::1 on `v0`. */
  here: Netns;
  /** 192.0.2.2 and 2001:db8::2 on `v0`. */
  there: Netns;
}

/** Makes two namespaces and the cable between them. */
export async function pair(): Promise<Ends> {
  const here = await Netns.make();
  const there = await Netns.make();
  await join(here, "v0 192.0.2.1/24 2001:db8::1/64", there, "v0 192.0.2.2/24 2001:db8::2/64");
  return {
    here,
    there,
    async [Symbol.asyncDispose]() {
      await here.remove();
      await there.remove();
    },
  };
}

/**
 * As {@linkcode pair}, where `there` is a router to 198.51.100.2 and 2001:db8:1::2 over a link of
 * MTU 1400.
 */
export async function routed(): Promise<Ends> {
  const ends = await pair();
  const { here, there: router } = ends;
  const far = await Netns.make();
  const near = "v1 198.51.100.1/24 2001:db8:1::1/64";
  await join(router, near, far, "v0 198.51.100.2/24 2001:db8:1::2/64");
  router.sysctl({ "ipv4.ip_forward": 1, "ipv6.conf.all.forwarding": 1 });
  await here.ip("route add default via 192.0.2.2");
  await here.ip("route add default via 2001:db8::2");
  await far.ip("route add default via 198.51.100.1");
  await far.ip("route add default via 2001:db8:1::1");
  await router.ip("link set v1 mtu 1400");
  return {
    here,
    there: router,
    async [Symbol.asyncDispose]() {
      await far.remove();
      await ends[Symbol.asyncDispose]();
    },
  };
}
