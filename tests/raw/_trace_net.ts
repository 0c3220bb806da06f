/**
 * A chain of network namespaces: a client, routers, a target, with veth pairs between them.
 */

/** A chain; `using` takes it down. */
export interface Chain extends Disposable {
  /** Namespace names: the client first, the target last. */
  readonly nodes: readonly string[];
  /** The target's addresses. */
  readonly target: { inet: string; inet6: string };
  /** The address that a router answers the client with. */
  near(router: number, family: "inet" | "inet6"): string;
  /** Runs a script in a node. */
  sh(node: number, script: string): string;
}

let chains = 0;

/** Runs a shell script; its output. */
export function shell(script: string): string {
  const { success, stdout, stderr } = new Deno.Command("bash", {
    args: ["-ec", script],
    stdout: "piped",
    stderr: "piped",
  }).outputSync();
  const text = new TextDecoder().decode(stdout);
  if (!success) throw new Error(`${script}\n${text}${new TextDecoder().decode(stderr)}`);
  return text;
}

/** Makes a chain with so many routers. */
export function makeChain(routers: number): Chain {
  const prefix = `trc${Deno.pid}x${chains++}n`;
  const nodes = Array.from({ length: routers + 2 }, (_, i) => `${prefix}${i}`);
  const last = nodes.length - 1;
  const lines: string[] = [];
  nodes.forEach((name) => {
    lines.push(
      `ip netns add ${name}`,
      // Answers as many as come, at once, and addresses that are usable at once.
      `ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 ` +
        "net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_ratemask=0 net.ipv6.icmp.ratelimit=0 " +
        "net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0",
      `ip -n ${name} link set lo up`,
    );
  });
  for (let i = 0; i < last; i++) {
    const [a, b] = [nodes[i], nodes[i + 1]];
    lines.push(
      `ip -n ${a} link add right type veth peer name left netns ${b}`,
      `ip -n ${a} addr add 10.77.${i}.1/24 dev right`,
      `ip -n ${b} addr add 10.77.${i}.2/24 dev left`,
      `ip -n ${a} addr add fd77:${i}::1/64 dev right nodad`,
      `ip -n ${b} addr add fd77:${i}::2/64 dev left nodad`,
      `ip -n ${a} link set right up`,
      `ip -n ${b} link set left up`,
    );
  }
  nodes.forEach((name, i) => {
    for (let net = i + 1; net < last; net++) {
      lines.push(
        `ip -n ${name} route add 10.77.${net}.0/24 via 10.77.${i}.2`,
        `ip -n ${name} route add fd77:${net}::/64 via fd77:${i}::2`,
      );
    }
    for (let net = 0; net < i - 1; net++) {
      lines.push(
        `ip -n ${name} route add 10.77.${net}.0/24 via 10.77.${i - 1}.1`,
        `ip -n ${name} route add fd77:${net}::/64 via fd77:${i - 1}::1`,
      );
    }
  });
  const down = () => {
    for (const name of nodes) {
      new Deno.Command("ip", { args: ["netns", "del", name], stderr: "null" }).outputSync();
    }
  };
  try {
    shell(lines.join("\n"));
  } catch (error) {
    down();
    throw error;
  }
  return {
    nodes,
    target: { inet: `10.77.${last - 1}.2`, inet6: `fd77:${last - 1}::2` },
    near: (router, family) => family === "inet" ? `10.77.${router - 1}.2` : `fd77:${router - 1}::2`,
    sh: (node, script) => shell(`ip netns exec ${nodes[node]} bash -ec ${quote(script)}`),
    [Symbol.dispose]: down,
  };
}

/** A text as one word of the shell. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
