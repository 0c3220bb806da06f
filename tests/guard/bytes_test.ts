/**
 * Whatever address objects say, and however often they change their minds: the bytes that reach the
 * kernel are those of hosts that were granted. The C library is watched, and judged by the layouts of
 * <netinet/in.h> alone.
 */
import { assertEquals } from "@std/assert";
import { inNamespace, runJson } from "../socket/_program.ts";
import { testWith } from "../_tools.ts";

const PROGRAM = `
  import { socket, socketOption } from "$/mod.ts";
  import { libc, replaceLibc } from "$/ffi/abi/library.ts";
  const real = libc();
  const sent = new Map();
  /** What a sockaddr says, by its header file. */
  const said = (bytes, length) => {
    const family = bytes[0] | (bytes[1] << 8);
    // The kernel takes 16 bytes and more; those that hold the host say whom they mean.
    if (length >= 8 && family === 2) {
      return [...bytes.subarray(4, 8)].join(".") + ":" + ((bytes[2] << 8) | bytes[3]);
    }
    if (family === 1 && length === 2) return "unnamed"; // nobody's: the kernel refuses it
    if (family === 1 && bytes[2] === 0) return "abstract"; // which any grant of net covers, as in Deno
    return "family " + family + " of " + length;
  };
  const see = (bytes, length) => {
    const what = said(bytes, length);
    sent.set(what, (sent.get(what) ?? 0) + 1);
  };
  const count = { connect: 0, bind: 0, sendto: 0, sendmsg: 0, sendmmsg: 0 };
  const pointed = (address, length) =>
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(Deno.UnsafePointer.create(address), length));
  const header = (bytes, at) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at);
    const length = view.getUint32(8, true);
    if (length > 0) see(pointed(view.getBigUint64(0, true), length), length);
  };
  const watched = {
    ...real,
    // A name of the kernel's crypto, which reaches nobody, and which other sockets refuse.
    bind: (fd, bytes, length) => (count.bind++, bytes[0] !== 38 && see(bytes, length), -1),
    connect: (fd, bytes, length) => (count.connect++, see(bytes, length), -1),
    sendto: (fd, data, size, flags, bytes, length) =>
      (count.sendto++, length > 0 && see(bytes, length), size),
    sendmsg: (fd, message) => (count.sendmsg++, header(message, 0), 1),
    sendmmsg: (fd, messages, number) => {
      count.sendmmsg++;
      for (let i = 0; i < number; i++) header(messages, 64 * i);
      return number;
    },
    errno: () => 1,
  };
  let seed = 12345;
  const random = (below) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % below;
  };
  const pick = (list) => list[random(list.length)];
  const GOOD = [0, 9, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
  const NUMBERS = [0, 1, 2, 2, 2, 10, 10, 16, 17, 29, 30, 31, 38, 40, 44, 255, 65535];
  /** Bytes that begin as the granted ones: changed, cut, and with more behind them. */
  const raw = () => {
    const data = random(2) ? [...GOOD] : Array.from({ length: 26 }, () => random(256));
    for (let i = random(4); i > 0; i--) data[random(data.length)] = pick([0, 1, 2, 9, 127, random(256)]);
    if (random(3) === 0) data.length = random(data.length + 1);
    else if (random(2)) for (let i = random(90); i > 0; i--) data.push(random(256));
    return { family: "other", familyNumber: pick(NUMBERS), data: Uint8Array.from(data) };
  };
  const HOSTS = ["127.0.0.1", "127.0.0.2", "0.0.0.0", "10.1.2.3"];
  /** Says the granted host for some readings, and then another. */
  const flipping = () => {
    let asked = 0;
    const turn = random(6);
    return {
      family: "inet",
      get hostname() { return asked++ < turn ? "127.0.0.1" : pick(HOSTS); },
      get port() { return asked++ < turn ? 9 : pick([9, 10]); },
    };
  };
  const lying = () => {
    let asked = 0;
    const turn = random(8);
    const good = { family: "inet", hostname: "127.0.0.1", port: 9 };
    const bad = { family: "inet", hostname: pick(HOSTS), port: pick([9, 10]) };
    return new Proxy(good, {
      get: (_, key) => (asked++ < turn ? good : bad)[key],
      has: (_, key) => key in good,
      ownKeys: () => Reflect.ownKeys(asked++ < turn ? good : bad),
      getOwnPropertyDescriptor: (_, key) => Reflect.getOwnPropertyDescriptor(asked++ < turn ? good : bad, key),
    });
  };
  /** Sends to another place while its own address is being read. */
  const nested = (s) => ({
    family: "inet",
    get hostname() {
      s.sendTo(new Uint8Array(1), pick([raw, flipping])()).catch(() => {});
      return "127.0.0.1";
    },
    port: 9,
  });
  const bytes = new Uint8Array(1);
  const sockets = [[2, 2], [2, 1], [10, 2], [1, 2], [40, 1]].map(([family, type]) => socket(family, type));
  replaceLibc(watched);
  const errors = {};
  for (let i = 0; i < 12000; i++) {
    const s = pick(sockets);
    const to = pick([raw, raw, flipping, lying, () => nested(s)])();
    try {
      switch (random(6)) {
        case 0: s.bind(to); break;
        case 1: await s.connect(to, { timeoutMs: 1 }); break;
        case 2: await s.sendTo(bytes, to); break;
        case 3: await s.sendMsg([bytes], { to }); break;
        case 4: await s.sendMany([{ data: bytes, to }, { data: bytes, to: raw() }, { data: bytes, to }]); break;
        case 5: s.trySend?.(bytes, to); break;
      }
    } catch (error) {
      const name = error.code === "EPERM" ? "EPERM" : error.name;
      errors[name] = (errors[name] ?? 0) + 1;
    }
  }
  replaceLibc(real);
  console.log(JSON.stringify({ sent: Object.fromEntries(sent), count, errors }));
  Deno.exit();`;

interface Seen {
  /** What the addresses said that reached the kernel, and how often. */
  readonly sent: Record<string, number>;
  readonly count: Record<string, number>;
  readonly errors: Record<string, number>;
}

testWith(
  { netns: true },
  "of 12000 hostile addresses only those that were granted go through",
  async () => {
    const { sent, count, errors } = await runJson<Seen>(PROGRAM, {
      flags: ["--allow-ffi", "--allow-net=127.0.0.1:9"],
      prefix: inNamespace("ip link set lo up"),
    });
    assertEquals(Object.keys(sent).sort(), ["127.0.0.1:9", "unnamed"]);
    // Each way was gone, and each refused.
    for (const [call, times] of Object.entries(count)) {
      assertEquals([call, times > 20], [
        call,
        true,
      ]);
    }
    assertEquals(errors.NotCapable > 1000, true, JSON.stringify(errors));
  },
);

testWith({ netns: true }, "of 12000 hostile addresses none goes where it is denied", async () => {
  const { sent } = await runJson<Seen>(PROGRAM, {
    flags: ["--allow-ffi", "--allow-net", "--deny-net=127.0.0.2,10.1.2.3:9"],
    prefix: inNamespace("ip link set lo up"),
  });
  const wrong = Object.keys(sent).filter((what) =>
    what.startsWith("127.0.0.2:") || what === "10.1.2.3:9" ||
    !/^(abstract|unnamed|[0-9.]+:[0-9]+|family (10|40) of [0-9]+)$/.test(what)
  );
  assertEquals(wrong, []);
});
