/** Bare Deno: deno_plain.ts MODE, as unix.c; a pair by a path, since it has no socketpair. */
import { turns } from "../turns/turns.ts";

const folder = await Deno.makeTempDir();
const path = `${folder}/socket`;
if (Deno.args[0] === "bulk") {
  const listener = Deno.listen({ transport: "unix", path });
  const [a, b] = await Promise.all([Deno.connect({ transport: "unix", path }), listener.accept()]);
  await Deno.remove(folder, { recursive: true });
  const data = new Uint8Array(65536);
  const into = new Uint8Array(65536);
  const send = async () => {
    for (let sent = 0; sent < data.length;) sent += await a.write(data.subarray(sent));
  };
  await turns(async () => {
    for (let i = 0; i < 16; i++) {
      const sending = send();
      for (let got = 0; got < data.length;) got += (await b.read(into))!;
      await sending;
    }
    return 16;
  });
} else {
  const receiver = Deno.listenDatagram({ transport: "unixpacket", path });
  const sender = Deno.listenDatagram({ transport: "unixpacket", path: `${folder}/sender` });
  const to = receiver.addr;
  const data = new Uint8Array(64);
  const into = new Uint8Array(2048);
  await turns(async () => {
    for (let i = 0; i < 16; i++) {
      await sender.send(data, to);
      await receiver.receive(into);
    }
    return 16;
  });
}
