/** endpointOf(): over a bare descriptor it gives what the family's opener gave, methods and all. */
import { assert, assertEquals } from "@std/assert";
import type { Endpoint } from "../../core/mod.ts";
import { type Detachable, endpointOf } from "../../faces/mod.ts";
import { Socket } from "../../ffi/mod.ts";
import * as can from "../../can/mod.ts";
import { testWith } from "../_tools.ts";
import { lacksCan, withBus } from "../can/_bus.ts";
import { type Any, claim } from "./_claim.ts";
import { assertCode } from "./_helpers.ts";
import { LISTENER_KINDS, PAIR_KINDS } from "./_kinds.ts";
import { RECEIVER_KINDS } from "./_receivers.ts";

/** Only what has a descriptor can hand it over. */
function isDetachable(endpoint: Endpoint<Any>): endpoint is Endpoint<Any> & Detachable {
  return endpoint.engine === "libc" && "detach" in endpoint;
}

/** Takes the descriptor of an endpoint, and makes one of it. */
function again(endpoint: Endpoint<Any>): Any {
  assert(isDetachable(endpoint), `${endpoint.family} ${endpoint.type} cannot be detached`);
  const before = facts(endpoint);
  const made = endpointOf(Socket.fromFd(endpoint.detach()));
  assertEquals(facts(made), before);
  assertEquals(made.constructor, endpoint.constructor);
  return made;
}

function facts(endpoint: Endpoint<Any>): Record<string, unknown> {
  const { family, type, role, localAddr, remoteAddr } = endpoint;
  // The kernel tells no protocol of CAN.
  const protocol = family === "can" ? undefined : endpoint.protocol;
  return { family, type, role, protocol, localAddr, remoteAddr };
}

const overLibc = ({ engine, name }: { engine: string; name: string }) =>
  engine === "libc" && !/TLS|Duplex/.test(name);

claim(PAIR_KINDS, "endpointOf() gives a stream what its opener gave it", async (kind) => {
  const [client, server, listener] = await kind.pair();
  const made = again(client);
  await server.sendAll(Uint8Array.of(1, 2, 3));
  assertEquals(await made.recvExact(3), Uint8Array.of(1, 2, 3));
  await made.sendAll(Uint8Array.of(4));
  assertEquals(await server.recvExact(1), Uint8Array.of(4));
  await assertCode(() => client.recv(), "EBADF");
  for (const each of [made, server, listener]) each?.close();
}, overLibc);

claim(
  LISTENER_KINDS,
  "endpointOf() gives what a listener accepts what it gave it",
  async (kind) => {
    const listener = await kind.listen();
    using first = await kind.connect(listener.localAddr);
    using before = await listener.accept();
    using made = again(listener);
    using second = await kind.connect(made.localAddr);
    using after = await made.accept();
    assertEquals(after.constructor, before.constructor);
    await second.sendAll(Uint8Array.of(5));
    assertEquals(await after.recvExact(1), Uint8Array.of(5));
    first.close();
  },
  overLibc,
);

claim(
  RECEIVER_KINDS,
  "endpointOf() gives a socket of messages what its opener gave it",
  async (kind) => {
    using receiver = await kind.open();
    await receiver.deliver(7);
    using made = again(receiver.endpoint);
    const data: Uint8Array = await made.recv();
    assertEquals(data.at(-1), 7);
  },
  overLibc,
);

claim(
  RECEIVER_KINDS,
  "an endpoint prints what it is, and nothing of what is inside",
  async (kind) => {
    using receiver = await kind.open();
    const { family, type, engine, localAddr } = receiver.endpoint;
    const shown = Deno.inspect(receiver.endpoint, { breakLength: 1 });
    assert(shown.startsWith("MessageEndpoint {\n"), shown);
    const names = [...shown.matchAll(/^ {2}(\w+):/gm)].map(([, name]) => name);
    const known = ["family", "type", "engine", "fd", "localAddr", "remoteAddr"];
    assertEquals(names.filter((name) => !known.includes(name)), []);
    for (const fact of [`family: "${family}"`, `type: "${type}"`, `engine: "${engine}"`]) {
      assert(shown.includes(fact), shown);
    }
    assert(localAddr === undefined || shown.includes("localAddr: "), shown);
  },
);

testWith(
  { kernel: lacksCan, root: true, tools: ["ip"] },
  "endpointOf() gives sockets of CAN what their openers gave them",
  () =>
    withBus(async (name) => {
      using _raw = again(await can.openRaw({ interface: name }));
      using tp = again(await can.openIsoTp({ interface: name, txId: 1, rxId: 2 }));
      assertEquals(await tp.send(Uint8Array.of(1, 2)), 2);
      using _unit = again(await can.openJ1939({ interface: name, address: 0x20 }));
    }),
  { sanitizeOps: false },
);
