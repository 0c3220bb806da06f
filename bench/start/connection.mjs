/** A connection by node:net, in Node and Bun: three bytes there, and "done". */
import net from "node:net";

const listener = net.createServer((socket) => {
  socket.once("data", () => {
    socket.destroy();
    listener.close();
    console.log("done");
  });
});
listener.listen({ host: "127.0.0.1", port: 0 }, () => {
  const client = net.connect(listener.address().port, "127.0.0.1", () => client.write("abc"));
  client.on("end", () => client.destroy()).on("error", () => client.destroy()).resume();
});
