/** Bun's own sockets. */
const rest = new WeakMap();

function push(socket, data) {
  const sent = socket.write(data);
  if (sent < data.length) rest.set(socket, data.slice(sent));
}

const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    data(socket, data) {
      const waiting = rest.get(socket);
      if (waiting === undefined) push(socket, data);
      else rest.set(socket, Buffer.concat([waiting, data]));
    },
    drain(socket) {
      const waiting = rest.get(socket);
      if (waiting === undefined) return;
      rest.delete(socket);
      push(socket, waiting);
    },
  },
});
console.log(server.port);
