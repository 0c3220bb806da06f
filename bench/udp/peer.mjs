// Node's and Bun's side: peer.mjs MODE SIZE [PORT], as udp.c.
import dgram from "node:dgram";

const [mode, sizeText, portText] = process.argv.slice(2);
const size = Number(sizeText);
let bytes = 0, calls = 0, start = 0, last = 0, done = true;

function add(length) {
  bytes += length;
  if (++calls % 64 !== 0) return;
  const now = performance.now();
  if (now - last > 30) {
    start = now;
    bytes = 0;
    done = false;
  } else if (!done && now - start >= 150) {
    console.log((bytes / size / (now - start) * 1000).toFixed(0));
    done = true;
  }
  last = now;
}

function onLine(send) {
  process.stdin.on("data", async () => {
    let sent = 0, ms;
    const start = performance.now();
    do {
      sent += await send();
      ms = performance.now() - start;
    } while (ms < 150);
    console.log((sent / ms * 1000).toFixed(0));
  });
}

if (mode === "bun") {
  if (portText === undefined) {
    const socket = await Bun.udpSocket({
      hostname: "127.0.0.1",
      socket: { data: (_, data) => add(data.length) },
    });
    console.log(socket.port);
  } else {
    const socket = await Bun.udpSocket({ hostname: "127.0.0.1" });
    const data = new Uint8Array(size);
    const batch = Array.from({ length: 64 }, () => [data, Number(portText), "127.0.0.1"]).flat();
    onLine(async () => {
      const sent = socket.sendMany(batch);
      if (sent < 64) await new Promise((resolve) => setImmediate(resolve));
      return sent;
    });
  }
} else {
  const socket = dgram.createSocket("udp4");
  socket.bind(0, "127.0.0.1", () => {
    if (portText === undefined) {
      socket.on("message", (data) => add(data.length));
      console.log(socket.address().port);
      return;
    }
    const data = new Uint8Array(size);
    onLine(() =>
      new Promise((resolve) => {
        let left = 64;
        for (let i = 0; i < 64; i++) {
          socket.send(data, Number(portText), "127.0.0.1", () => --left === 0 && resolve(64));
        }
      })
    );
  });
}
