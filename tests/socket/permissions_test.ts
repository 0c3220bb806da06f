/** FFI is no way around the net permission: what a bare socket could do without being asked. */
import { assertEquals } from "@std/assert";
import { runJson } from "./_program.ts";
import { claim, listening, portOf } from "./_tools.ts";

/** Ways to be reached, to reach somebody, and to see others' traffic. */
const WAYS = `
  import {
    AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_UNIX, SOCK_DGRAM, SOCK_RAW,
    SOCK_STREAM, socket, socketPair,
  } from "$/ffi/mod.ts";
  import * as tcp from "$/tcp/mod.ts";
  import * as udp from "$/udp/mod.ts";
  const MSG_FASTOPEN = 0x20000000; // linux/socket.h
  const port = PORT;
  const mapped = { hostname: "::ffff:127.0.0.1", port };
  const opaque = (address) => ({
    family: "other", familyNumber: AF_INET,
    data: new Uint8Array([port >> 8, port & 255, ...address, 0, 0, 0, 0, 0, 0, 0, 0]),
  });
  const ways = {
    listenUnbound: () => socket().listen(),
    listenUnbound6: () => socket(AF_INET6).listen(0),
    raw: () => socket(AF_INET, SOCK_RAW, 255),
    rawWithFlags: () => socket(AF_INET, SOCK_RAW | 0o2000000, 255),
    packet: () => socket(AF_PACKET, SOCK_DGRAM, 0),
    netlink: () => socket(AF_NETLINK, SOCK_DGRAM, 0),
    autobind: () => socket(AF_UNIX, SOCK_DGRAM).bind({ path: "" }),
    bindAny: () => socket().bind({ hostname: "0.0.0.0", port: 0 }),
    bindLoopback: () => socket().bind({ hostname: "127.0.0.1", port: 0 }),
    connect: () => socket().connect({ hostname: "127.0.0.1", port }),
    connectMapped: () => socket(AF_INET6).connect(mapped),
    connectOpaque: () => socket().connect(opaque([127, 0, 0, 1])),
    connectAny: () => socket().connect({ hostname: "0.0.0.0", port }),
    sendTo: () => socket(AF_INET, SOCK_DGRAM).sendTo(
      new Uint8Array(1), { hostname: "127.0.0.1", port }),
    sendOpaque: () => socket(AF_INET, SOCK_DGRAM).sendTo(
      new Uint8Array(1), opaque([127, 0, 0, 1])),
    sendOpaqueUnspec: () => socket(AF_INET, SOCK_DGRAM).sendTo(
      new Uint8Array(1), { ...opaque([127, 0, 0, 1]), familyNumber: 0 }),
    fastOpen: () => socket().sendTo(
      new Uint8Array(1), { hostname: "127.0.0.1", port }, { flags: MSG_FASTOPEN }),
    sendMany: () => socket(AF_INET, SOCK_DGRAM).sendMany(
      [{ data: new Uint8Array(1), to: { hostname: "127.0.0.1", port } }]),
    endpoint: () => tcp.connect({ hostname: "127.0.0.1", port, engine: "libc" }),
    endpointMapped: () => tcp.connect({ ...mapped, engine: "libc" }),
    datagram: async () => (await udp.connect({ hostname: "127.0.0.1", port, engine: "libc" })).close(),
    pair: () => socketPair(),
  };
  const got = {};
  for (const [name, way] of Object.entries(ways)) {
    got[name] = await (async () => void await way())().then(
      () => "let through", ({ name }) => name === "NotCapable" ? "refused" : "let through");
  }
  console.log(JSON.stringify(got));
  Deno.exit();
`;

async function outcomes(flags: string[]): Promise<Record<string, string>> {
  using listener = listening();
  const port = portOf(listener);
  return await runJson(WAYS.replace("PORT", String(port)), {
    flags: [...flags.map((flag) => flag.replace("PORT", String(port))), "--allow-ffi"],
  });
}

const letThrough = (got: Record<string, string>) =>
  Object.keys(got).filter((name) => got[name] === "let through").sort();

claim("without --allow-net a bare socket reaches nobody, and nobody it", async () => {
  assertEquals(letThrough(await outcomes([])), ["pair"]);
});

claim("a grant for one address is a grant for no other, whatever the call", async () => {
  assertEquals(letThrough(await outcomes(["--allow-net=192.0.2.1"])), ["pair"]);
  assertEquals(letThrough(await outcomes(["--allow-net=0.0.0.0"])), [
    "bindAny",
    "connectAny",
    "listenUnbound",
    "pair",
  ]);
});

claim("a grant for a host and port lets through what goes there", async () => {
  assertEquals(letThrough(await outcomes(["--allow-net=127.0.0.1:PORT"])), [
    "connect",
    "connectMapped",
    "connectOpaque",
    "datagram",
    "endpoint",
    "endpointMapped",
    "fastOpen",
    "pair",
    "sendMany",
    "sendOpaque",
    "sendTo",
  ]);
});

claim("a whole grant lets everything through", async () => {
  const got = await outcomes(["--allow-net"]);
  assertEquals(Object.keys(got).filter((name) => got[name] !== "let through"), []);
});

claim("a mapped address is judged as Deno judges it", async () => {
  using listener = listening();
  const port = portOf(listener);
  for (
    const flags of [
      ["--allow-net", "--deny-net=127.0.0.1"],
      ["--allow-net=127.0.0.1"],
      [`--allow-net=[::ffff:127.0.0.1]:${port}`],
    ]
  ) {
    const got = await runJson<string[]>(
      `
      import { AF_INET6, socket } from "$/ffi/mod.ts";
      import * as tcp from "$/tcp/mod.ts";
      const to = { hostname: "::ffff:127.0.0.1", port: ${port} };
      const outcome = (promise) => promise.then(() => "ok", ({ name }) => name);
      console.log(JSON.stringify([
        await outcome(Deno.connect(to)),
        await outcome(tcp.connect({ ...to, engine: "libc" })),
        await outcome(socket(AF_INET6).connect(to)),
      ]));
      Deno.exit();
    `,
      { flags: [...flags, "--allow-ffi"] },
    );
    assertEquals(got.slice(1), [got[0], got[0]], flags.join(" "));
  }
});
