/** The virtual controllers that the other tests here stand on, with CPython at both ends. */
import { assertEquals } from "@std/assert";
import { PYTHON, testWith } from "../_tools.ts";
import { lacksControllers, openControllers } from "./_controllers.ts";

const ECHO = `
import socket, sys, threading
near, far, data = sys.argv[1], sys.argv[2], sys.argv[3].encode()

def echo(type, protocol, bound, listening):
    with socket.socket(socket.AF_BLUETOOTH, type, protocol) as listener:
        listener.bind(listening)
        listener.listen(1)
        done = threading.Event()
        def serve():
            connection, _ = listener.accept()
            connection.send(connection.recv(1000))
            done.wait()  # a close would reach the other end as ECONNRESET
            connection.close()
        thread = threading.Thread(target=serve)
        thread.start()
        with socket.socket(socket.AF_BLUETOOTH, type, protocol) as client:
            client.bind(bound)
            client.connect(listening)
            client.send(data)
            print(client.recv(1000).decode())
        done.set()
        thread.join()

echo(socket.SOCK_SEQPACKET, socket.BTPROTO_L2CAP, (near, 0), (far, 0x1001))
echo(socket.SOCK_SEQPACKET, socket.BTPROTO_L2CAP, (far, 0), (near, 0x1003))
echo(socket.SOCK_STREAM, socket.BTPROTO_RFCOMM, (near, 0), (far, 7))
echo(socket.SOCK_SEQPACKET, socket.BTPROTO_SCO, near.encode(), far.encode())
`;

/** In the guest this runs beside tests whose library waits on. */
const SHARED = { sanitizeOps: false };
const NEEDS = { root: true, tools: ["gcc", PYTHON, "btvirt"], kernel: lacksControllers };

testWith(NEEDS, "L2CAP, RFCOMM and SCO go between the two controllers, both ways", async () => {
  await using controllers = await openControllers();
  const { near, far } = controllers;
  assertEquals([near.index, far.index], [0, 1]);
  const data = "48 bytes, as many as fit a synchronous packet...";
  const { stdout, stderr } = await new Deno.Command(PYTHON, {
    args: ["-c", ECHO, near.address, far.address, data],
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout).trim().split("\n"), Array(4).fill(data));
}, SHARED);

testWith(NEEDS, "controllers with isochronous links open their sockets", async () => {
  await using controllers = await openControllers({ isochronous: true });
  const open = "import socket; socket.socket(socket.AF_BLUETOOTH, socket.SOCK_SEQPACKET, 8)";
  const { success, stderr } = await new Deno.Command(PYTHON, { args: ["-c", open] }).output();
  assertEquals([success, new TextDecoder().decode(stderr)], [true, ""]);
  assertEquals(controllers.far.index, 1);
}, SHARED);
