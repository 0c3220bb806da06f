/** Node's net. */
import net from "node:net";

const server = net.createServer((socket) => {
  socket.on("data", (data) => socket.write(data));
  socket.on("error", () => {});
});
server.listen(
  { host: "127.0.0.1", port: 0, backlog: 4096 },
  () => console.log(server.address().port),
);
