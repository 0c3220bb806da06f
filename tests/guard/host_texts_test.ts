/**
 * The many ways to write one host: whatever text it is, what Deno's own calls refuse for it is refused,
 * and what they allow is not.
 */
import { assertEquals } from "@std/assert";
import { inNamespace, runJson } from "../socket/_program.ts";
import { testWith } from "../_tools.ts";

const HOSTS = [
  "localhost",
  "LOCALHOST",
  "localhost.",
  "LocalHost.",
  "\uff4cocalhost", // a full-width l, which IDNA maps
  "127.0.0.1",
  "127.0.0.2",
  "127.0.0.1.",
  "127.1",
  "0x7f.1",
  "0x7f000002",
  "0177.0.0.2",
  "2130706433",
  "127.0.0.02",
  "\uff11\uff12\uff17.0.0.1", // full-width digits
  "0.0.0.0",
  "0",
  "::",
  "::1",
  "[::1]",
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.2",
  "::ffff:7f00:2",
  "::127.0.0.1",
  "::ffff:0.0.0.0",
  "::ffff:127.0.0.1",
  "::FFFF:127.0.0.1",
  "64:ff9b::127.0.0.1",
  " 127.0.0.1",
  "127.0.0.1 ",
  "127.0.0.1\n",
  "127.0.0.1#",
  "127.0.0.1:9",
  "user@127.0.0.1",
  "127.0.0.1/",
  "127.0.0.1%2e",
  "%31%32%37.0.0.1",
  "localhost%lo",
  "127.0.0.1%lo",
  "*",
  ".",
  "::1%lo",
  "::1%1",
  "fe80::1",
  "FE80::1",
  "fe80::1%lo",
  "fe80::1%1",
  "fe80::1%25lo",
];

const GRANTS = [
  [],
  ["--allow-net"],
  ["--allow-net=localhost"],
  ["--allow-net=localhost:9,localhost:0"],
  ["--allow-net=127.0.0.1"],
  ["--allow-net=127.0.0.2:9"],
  ["--allow-net=[::1]"],
  ["--allow-net=0.0.0.0,[::]"],
  ["--allow-net=[fe80::1]"],
  ["--allow-net", "--deny-net=localhost"],
  ["--allow-net", "--deny-net=127.0.0.1"],
  ["--allow-net", "--deny-net=127.0.0.2"],
  ["--allow-net", "--deny-net=127.0.0.2:9"],
  ["--allow-net", "--deny-net=[::1]"],
  ["--allow-net", "--deny-net=[fe80::1]"],
  ["--allow-net", "--deny-net=[::ffff:127.0.0.2]"],
  ["--allow-net=localhost", "--deny-net=127.0.0.1,[::1]"],
];

const PROGRAM = `
  import { tcp, udp, socket } from "$/mod.ts";
  const bytes = new Uint8Array(1);
  const outcome = async (run) => {
    try {
      await run();
      return "reached";
    } catch (error) {
      if (error instanceof Deno.errors.NotCapable) return "refused";
      const { code, message, name } = error;
      // EINVAL is a TypeError of Deno's.
      const malformed = (error instanceof TypeError && code !== "EINVAL") || error instanceof URIError;
      if (malformed) return "malformed: " + message;
      // Of a name that nobody knows, a host's or an interface's, the permissions say nothing. What any
      // error else says, the kernel said.
      const unknown = name === "AddrInfoError" || code === "ENODEV" ||
        message.startsWith("failed to lookup");
      return (unknown ? "unknown: " : "reached: ") + message;
    }
  };
  const is = (what, kind) => what.startsWith(kind);
  const close = async (what) => (await what).close();
  const wait = { timeoutMs: 500 };
  const wrong = [];
  const connectTo = (hostname, connect) => outcome(() => close(connect({ hostname, port: 9 })));
  const family = (hostname) => hostname.includes(":") ? 10 : 2;
  for (const hostname of HOSTS) {
    const deno = {
      connect: await connectTo(hostname, (to) => Deno.connect(to)),
      listen: await outcome(() => Deno.listen({ hostname, port: 0 }).close()),
    };
    const on = { hostname, engine: "libc" };
    const ours = {
      connect: {
        "tcp.connect": () => close(tcp.connect({ ...on, port: 9, ...wait })),
        "udp.connect": () => close(udp.connect({ ...on, port: 9, ...wait })),
        "Socket.connect": async () => {
          using one = socket(family(hostname), 2);
          await one.connect({ hostname, port: 9 });
        },
        "Socket.sendTo": async () => {
          using one = socket(family(hostname), 2);
          await one.sendTo(bytes, { hostname, port: 9 });
        },
      },
      listen: {
        "tcp.listen": () => close(tcp.listen({ ...on, port: 0 })),
        "udp.bind": () => close(udp.bind({ ...on, port: 0 })),
      },
    };
    for (const [kind, calls] of Object.entries(ours)) {
      for (const [name, call] of Object.entries(calls)) {
        const got = await outcome(call);
        const theirs = deno[kind];
        // Under the whole grant nothing need be asked, whatever Deno has no words for.
        const beyond = is(got, "reached") &&
          (is(theirs, "refused") || (PART && is(theirs, "malformed")));
        const short = is(got, "refused") && is(theirs, "reached");
        if (!beyond && !short) continue;
        wrong.push([name, hostname, "ours: " + got, "Deno's: " + theirs].join(", "));
      }
    }
  }
  console.log(JSON.stringify(wrong));
  Deno.exit();`;

for (const grant of GRANTS) {
  testWith({ netns: true }, `hosts in any text are Deno's under ${grant.join(" ")}`, async () => {
    const wrong = await runJson<string[]>(
      PROGRAM.replace("HOSTS", () => JSON.stringify(HOSTS))
        .replace("PART", `${grant.join(" ") !== "--allow-net"}`),
      {
        flags: ["--unstable-net", "--allow-ffi", ...grant],
        prefix: inNamespace("ip link set lo up"),
      },
    );
    assertEquals(wrong, []);
  });
}
