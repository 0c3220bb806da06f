// Seqpacket chat with credentials and passed sockets: deno run --allow-net --allow-read --allow-write --allow-ffi seqpacket_chat.ts PATH [NAME]
import {
  AF_UNIX,
  SO_PEERCRED,
  SOCK_SEQPACKET,
  Socket,
  socket,
  socketPair,
} from "@berkeley/sockets";

const [path, name] = Deno.args;
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (data: Uint8Array) => new TextDecoder().decode(data);

/** Passes on what a client says. Who passes a socket along is answered there, where nobody else hears. */
async function serve(client: Socket, all: Set<Socket>): Promise<void> {
  using _client = client;
  const { uid } = client.getOption(SO_PEERCRED); // the kernel's word, not the client's
  for (;;) {
    const { data, control } = await client.recvMsg();
    using _passed = control;
    if (data.length === 0) break;
    console.log(`user ${uid} says`, text(data));
    for (const passed of control?.get("rights")?.fds ?? []) {
      using line = Socket.fromFd(passed.take());
      await line.sendAll(bytes(`only you hear this, user ${uid}`));
    }
    for (const other of all) if (other !== client) await other.sendAll(data);
  }
  all.delete(client);
}

using own = socket(AF_UNIX, SOCK_SEQPACKET);
if (name === undefined) {
  own.bind({ path });
  own.listen();
  console.log("path", path);
  const all = new Set<Socket>();
  for (;;) {
    const [client] = await own.accept();
    all.add(client);
    serve(client, all).catch((error) => console.log("gone:", error.message));
  }
} else {
  await own.connect({ path });
  const [mine, theirs] = socketPair();
  await own.sendMsg([bytes(`${name} is here`)], { control: [{ type: "rights", fds: [theirs] }] });
  theirs.close(); // the server has it now
  console.log(text(await mine.recv(1024)));
  mine.close();
  console.log(text(await own.recv(1024)));
}
