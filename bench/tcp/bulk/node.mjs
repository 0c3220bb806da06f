/** Node's net: node.mjs SIZE, as bulk.c serves. */
import net from "node:net";

const block = new Uint8Array(Number(process.argv[2]));
const server = net.createServer((socket) => {
  socket.on("error", () => {});
  let begun = false;
  socket.on("data", (data) => {
    if (begun || data[0] !== 0x72) return begun = true; // what comes is dropped
    begun = true;
    const push = () => {
      while (!socket.destroyed && socket.write(block));
    };
    socket.on("drain", push);
    push();
  });
});
server.listen({ host: "127.0.0.1", port: 0 }, () => console.log(server.address().port));
