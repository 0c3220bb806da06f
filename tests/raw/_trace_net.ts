/** A chain of routers between a client and a target. */
import { join, Netns } from "./_netns.ts";

/** The chain: node 0 is the client, the last one is the target, in between are routers. */
export interface Chain extends AsyncDisposable {
  readonly nodes: readonly Netns[];
  readonly client: Netns;
  readonly target: Netns;
  /** The target's addresses. */
  readonly hosts: { readonly inet: string; readonly inet6: string };
  /** The addresses that answer the client, hop by hop, the target's among them. */
  readonly hops: { readonly inet: readonly string[]; readonly inet6: readonly string[] };
}

/** The far end of the n-th cable. */
const FAR = { inet: (n: number) => `10.77.${n}.2`, inet6: (n: number) => `fd77:${n + 1}::2` };

/** Makes a chain with so many routers; every node's interfaces are `left` and `right`. */
export async function chain(routers: number): Promise<Chain> {
  const nodes: Netns[] = [];
  const remove = async () => {
    for (const node of nodes) await node.remove();
  };
  try {
    for (let i = 0; i < routers + 2; i++) {
      const node = await Netns.make();
      nodes.push(node);
      node.sysctl({
        "ipv4.ip_forward": 1,
        "ipv6.conf.all.forwarding": 1,
        // Answers as many as are asked for.
        "ipv4.icmp_ratemask": 0,
        "ipv6.icmp.ratelimit": 0,
      });
    }
    const last = nodes.length - 1;
    for (let i = 0; i < last; i++) {
      const near = `right 10.77.${i}.1/24 fd77:${i + 1}::1/64`;
      await join(nodes[i], near, nodes[i + 1], `left 10.77.${i}.2/24 fd77:${i + 1}::2/64`);
    }
    for (const [i, node] of nodes.entries()) {
      if (i < last) {
        await node.ip(`route add default via 10.77.${i}.2`);
        await node.ip(`route add default via fd77:${i + 1}::2`);
      }
      for (let net = 0; net < i - 1; net++) {
        await node.ip(`route add 10.77.${net}.0/24 via 10.77.${i - 1}.1`);
        await node.ip(`route add fd77:${net + 1}::/64 via fd77:${i}::1`);
      }
    }
    const cables = Array.from({ length: last }, (_, n) => n);
    return {
      nodes,
      client: nodes[0],
      target: nodes[last],
      hosts: { inet: FAR.inet(last - 1), inet6: FAR.inet6(last - 1) },
      hops: { inet: cables.map(FAR.inet), inet6: cables.map(FAR.inet6) },
      [Symbol.asyncDispose]: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
