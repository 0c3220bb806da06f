/** Our side of the families that most kernels lack: what a mode does once, as families.c. */
import { alg, can, sctp, vsock } from "../../mod.ts";
import type { StreamEndpoint } from "../../core/mod.ts";

const BULK = 16384;
const BATCH = 64;

/** Opens what a mode needs; a call of the result does it, and tells how often. */
export async function opened(mode: string, bus: string): Promise<() => Promise<number>> {
  if (mode.startsWith("sctp")) return await overSctp(mode);
  if (mode.startsWith("vsock")) return await overVsock(mode);
  return mode.startsWith("can") ? await overCan(mode, bus) : await hashing();
}

async function overSctp(mode: string): Promise<() => Promise<number>> {
  const listener = await sctp.listen({ hostname: "127.0.0.1", port: 0, noDelay: true });
  const a = await sctp.connect({ ...listener.localAddr, noDelay: true });
  const b = await listener.accept();
  const data = new Uint8Array(mode === "sctp-bulk" ? BULK : 64);
  if (mode === "sctp-bulk") {
    return async () => {
      await a.send(data);
      for (let got = 0; got < BULK;) got += (await b.recv({ size: BULK })).length;
      return 1;
    };
  }
  return async () => {
    await a.send(data);
    await b.recv();
    await b.send(data);
    await a.recv();
    return 1;
  };
}

async function overVsock(mode: string): Promise<() => Promise<number>> {
  const listener = await vsock.listen({ cid: 1, port: -1 >>> 0 });
  const { port } = listener.localAddr;
  const [a, b] = await Promise.all([vsock.connect({ cid: 1, port }), listener.accept()]);
  const data = new Uint8Array(mode === "vsock-bulk" ? BULK : 64);
  const into = new Uint8Array(data.length);
  const receive = async (conn: StreamEndpoint<unknown>) => {
    for (let got = 0; got < data.length;) got += await conn.recvInto(into.subarray(got));
  };
  return async () => {
    await a.sendAll(data);
    await receive(b);
    if (mode === "vsock-bulk") return 1;
    await b.sendAll(data);
    await receive(a);
    return 1;
  };
}

async function overCan(mode: string, bus: string): Promise<() => Promise<number>> {
  const [a, b] = [await can.openRaw({ interface: bus }), await can.openRaw({ interface: bus })];
  const frame: can.CanFrame = { kind: "data", id: 0x123, extended: false, data: new Uint8Array(8) };
  if (mode === "can-one") {
    return async () => {
      await a.sendFrame(frame);
      await b.recvFrame();
      return 1;
    };
  }
  const messages = Array.from({ length: BATCH }, () => ({ data: can.encodeFrame(frame) }));
  return async () => {
    const sent = await a.sendMany(messages);
    for (let got = 0; got < sent;) got += (await b.recvMany(sent - got)).length;
    return sent;
  };
}

async function hashing(): Promise<() => Promise<number>> {
  const hash = await alg.openHash({ name: "sha256" });
  const data = new Uint8Array(BULK);
  return async () => {
    await hash.update(data);
    await hash.digest();
    return 1;
  };
}
