/** Our side of the Unix benches: ours.ts socket|endpoint MODE, as unix.c. */
import { AF_UNIX, SOCK_DGRAM, SOCK_STREAM } from "../../ffi/abi/constants.ts";
import { socketPair } from "../../ffi/mod.ts";
import { turns } from "../turns/turns.ts";
import * as unix from "../../unix/mod.ts";

const [face, mode] = Deno.args;
const data = new Uint8Array(mode === "bulk" ? 65536 : mode === "fds" ? 1 : 64);
const into = new Uint8Array(65536);

async function bySocket(): Promise<() => Promise<number>> {
  const [a, b] = socketPair(AF_UNIX, mode === "bulk" ? SOCK_STREAM : SOCK_DGRAM);
  if (mode !== "fds") {
    return async () => {
      for (let i = 0; i < 16; i++) {
        await a.send(data);
        await b.recvInto(into);
      }
      return 16;
    };
  }
  return async () => {
    for (let i = 0; i < 16; i++) {
      await a.sendMsg([data], { control: [{ type: "rights", fds: [a] }] });
      const { control } = await b.recvMsgInto([into]);
      for (const fd of control!.get("rights")!.fds) fd.close();
    }
    return 16;
  };
}

async function byEndpoint(): Promise<() => Promise<number>> {
  if (mode === "dgram") {
    const [a, b] = await unix.pair({ type: "dgram" });
    return async () => {
      for (let i = 0; i < 16; i++) {
        await a.send(data);
        await b.recv();
      }
      return 16;
    };
  }
  const [a, b] = await unix.pair();
  return async () => {
    for (let i = 0; i < 16; i++) {
      await a.sendAll(data);
      for (let got = 0; got < data.length;) got += await b.recvInto(into);
    }
    return 16;
  };
}

await turns(await (face === "socket" ? bySocket : byEndpoint)());
