/** Bun's own sockets: bun.mjs SIZE, as bulk.c serves. */
const block = new Uint8Array(Number(process.argv[2]));

/** Sends until there is no room; a part that was sent is followed by its rest. */
function push(socket) {
  // Others must have their turn, also while the peer keeps up.
  for (let i = 0; i < 16; i++) {
    const sent = socket.write(block.subarray(socket.data.sent));
    if (sent < 0) return;
    socket.data.sent += sent;
    if (socket.data.sent < block.length) return;
    socket.data.sent = 0;
  }
  setImmediate(push, socket);
}

const server = Bun.listen({
  hostname: "127.0.0.1",
  port: 0,
  socket: {
    open(socket) {
      socket.data = { sends: undefined, sent: 0 };
    },
    data(socket, data) {
      if (socket.data.sends !== undefined) return; // what comes is dropped
      socket.data.sends = data[0] === 0x72;
      if (socket.data.sends) push(socket);
    },
    drain(socket) {
      if (socket.data.sends) push(socket);
    },
    error() {},
  },
});
console.log(server.port);
