/** Every error that leaves a UDP socket has a POSIX code, whatever node:dgram said. */
import { assert, assertEquals } from "@std/assert";
import { getSystemErrorMap } from "node:util";
import { errnoNumber } from "../../core/errno.ts";
import { AddrInfoError, isSocketError } from "../../core/errors.ts";
import { fromNodeError, NODE_NAMES } from "../../udp/_node_errors.ts";
import { testWith } from "../_tools.ts";
import { runDeno } from "../contract/_helpers.ts";

Deno.test("every name that node:dgram can say becomes one of POSIX", () => {
  const system = [...getSystemErrorMap()].map(([errno, [name]]) => [name, errno] as const);
  assert(system.length > 70);
  const all = [
    ...system,
    ...NODE_NAMES.map((name) => [name, 0] as const),
    [
      "ERR_SOCKET_DGRAM_NOT_RUNNING",
      0,
    ] as const,
  ];
  for (const [code, errno] of all) {
    for (const hostname of ["192.0.2.1", "2001:db8::1", "fe80::1", undefined]) {
      const said = Object.assign(new Error(`send ${code}`), { code, errno });
      const error = fromNodeError(said, { syscall: "sendto", address: "there" }, hostname);
      if (code.startsWith("EAI_")) assert(error instanceof AddrInfoError, code);
      else {
        assert(isSocketError(error) && errnoNumber(error.code) === error.errno, code);
        assertEquals(error.syscall, "sendto");
        if (errnoNumber(code) !== undefined) assertEquals(error.code, code);
      }
    }
  }
});

testWith(
  { tools: ["unshare", "ip"], netns: true },
  "what a send cannot reach has the same code on both engines, and broadcast is on",
  async () => {
    const { stdout, stderr } = await runDeno(
      `import * as udp from "${new URL("../../udp/mod.ts", import.meta.url)}";
      const results = {};
      for (const engine of ["deno", "libc"]) {
        using four = await udp.bind({ engine });
        using six = await udp.bind({ hostname: "::", engine });
        const code = async (socket, hostname, bytes = 1) => {
          try {
            return await socket.sendTo(new Uint8Array(bytes), { hostname, port: 9 });
          } catch (error) {
            return [error.code, error.constructor.name, error.errno > 0];
          }
        };
        results[engine] = {
          noRoute: await code(four, "192.0.2.1"),
          noRoute6: await code(six, "2001:db8::1"),
          noBroadcast: await code(four, "255.255.255.255"),
          broadcast: await code(four, "198.51.100.255"),
          long: await code(four, "127.0.0.1", 65_508),
          others: await code(four, "::1"),
        };
      }
      console.log(JSON.stringify(results));`,
      {
        // Without --unstable-net: over node:dgram.
        args: ["-A"],
        prefix: [
          "unshare",
          "-n",
          "sh",
          "-c",
          "ip link set lo up && ip link add v0 type veth peer name v1 && ip link set v0 up &&" +
          " ip link set v1 up && ip addr add 198.51.100.1/24 brd + dev v0 &&" +
          ` exec "$0" "$@"`,
        ],
      },
    );
    assert(stdout !== "", stderr);
    const { deno, libc } = JSON.parse(stdout);
    assertEquals(deno, libc);
    assertEquals(libc, {
      noRoute: ["ENETUNREACH", "NetworkUnreachable", true],
      noRoute6: ["ENETUNREACH", "NetworkUnreachable", true],
      noBroadcast: ["ENETUNREACH", "NetworkUnreachable", true],
      broadcast: 1,
      long: ["EMSGSIZE", "Error", true],
      others: ["EAFNOSUPPORT", "NotSupported", true],
    });
  },
  { sanitizeOps: false },
);
