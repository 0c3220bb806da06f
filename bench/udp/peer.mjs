/** Node's and Bun's side, and Deno's without a flag: peer.mjs MODE SIZE [PORT], as udp.c. */
import dgram from "node:dgram";
import process from "node:process";
import { Meter, onLine } from "./meter.mjs";

globalThis.process ??= process;
const [mode, sizeText, portText] = process.argv.slice(2);
const size = Number(sizeText);
const port = Number(portText);
const meter = new Meter(64);

async function bun() {
  if (portText === undefined) {
    const data = () => meter.add(1);
    const socket = await Bun.udpSocket({ hostname: "127.0.0.1", socket: { data } });
    console.log(socket.port);
    return;
  }
  const socket = await Bun.udpSocket({ hostname: "127.0.0.1" });
  const data = new Uint8Array(size);
  const batch = Array.from({ length: 64 }, () => [data, port, "127.0.0.1"]).flat();
  const many = () => socket.sendMany(batch);
  const one = () => {
    let sent = 0;
    while (sent < 64 && socket.send(data, port, "127.0.0.1")) sent++;
    return sent;
  };
  const send = mode === "bun" ? many : one;
  onLine(async () => {
    const sent = send();
    if (sent < 64) await new Promise((resolve) => setImmediate(resolve));
    return sent;
  });
}

function node() {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1", () => {
    if (portText === undefined) {
      socket.on("message", () => meter.add(1));
      console.log(socket.address().port);
      return;
    }
    const data = new Uint8Array(size);
    onLine(() =>
      new Promise((resolve) => {
        let left = 64;
        for (let i = 0; i < 64; i++) {
          socket.send(data, port, "127.0.0.1", () => --left === 0 && resolve(64));
        }
      })
    );
  });
}

if (mode.startsWith("bun")) await bun();
else node();
