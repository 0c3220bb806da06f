/** The first lines of Python's tutorials as they stand, in a world where their names mean something. */
import { assertEquals } from "@std/assert";
import { runIn } from "../addrinfo/_tools.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { denoCommand, writeProgram } from "./_program.ts";

/** Who www.python.org is there. */
const HERE = {
  etc: { hosts: "127.0.0.1 localhost\n192.0.2.7 www.python.org\n", "resolv.conf": "" },
  network: true,
  setup: ["ip address add 192.0.2.7/32 dev lo"],
};

const THEIRS = `
import json, socket
web = socket.create_server(("192.0.2.7", 80))
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
s.connect(("www.python.org", 80))
serversocket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
serversocket.bind(("localhost", 8080))
serversocket.listen(5)
server = socket.create_server(("", 8000))
six = socket.create_server(("::", 8001), family=socket.AF_INET6)
def over_ipv4(port):
    try: return bool(socket.create_connection(("127.0.0.1", port)))
    except ConnectionRefusedError: return False
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
u.bind(("", 0))
sent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"datagram", ("localhost", u.getsockname()[1]))
peer = socket.create_connection(("www.python.org", 80))
print(json.dumps([s.getpeername(), serversocket.getsockname(), server.getsockname(),
    six.getsockname()[:2], over_ipv4(8000), over_ipv4(8001), sent, peer.getpeername()]))
`;

const OURS = `
import { AF_INET, SOCK_DGRAM, SOCK_STREAM, socket, tcp } from "$/mod.ts";
const pair = ({ hostname, port }) => [hostname, port];
const web = await tcp.createServer({ hostname: "192.0.2.7", port: 80 });
const s = socket(AF_INET, SOCK_STREAM);
await s.connect({ hostname: "www.python.org", port: 80 });
const serversocket = socket(AF_INET, SOCK_STREAM);
serversocket.bind({ hostname: "localhost", port: 8080 });
serversocket.listen(5);
const server = await tcp.createServer({ hostname: "", port: 8000 });
const six = await tcp.createServer({ hostname: "::", port: 8001 });
const overIpv4 = (port) => tcp.createConnection({ hostname: "127.0.0.1", port }).then(() => true, (error) => {
  if (error.code !== "ECONNREFUSED") throw error;
  return false;
});
const u = socket(AF_INET, SOCK_DGRAM);
u.bind({ hostname: "", port: 0 });
const sent = await socket(AF_INET, SOCK_DGRAM).sendTo(
  new TextEncoder().encode("datagram"), { hostname: "localhost", port: u.localAddr.port });
const peer = await tcp.createConnection({ hostname: "www.python.org", port: 80 });
console.log(JSON.stringify([pair(s.remoteAddr), pair(serversocket.localAddr), pair(server.localAddr),
  pair(six.localAddr), await overIpv4(8000), await overIpv4(8001), sent, pair(peer.remoteAddr)]));
Deno.exit();
`;

testWith(
  { root: true, netns: true, tools: ["python3", "ip", "unshare"] },
  "names, empty hosts and both stacks are taken as CPython takes them",
  async () => {
    const theirs = JSON.parse(await runIn(HERE, PYTHON, ["-c", THEIRS]));
    const file = await writeProgram(OURS);
    try {
      const [command, ...args] = denoCommand(file);
      assertEquals(JSON.parse(await runIn(HERE, command, args)), theirs);
    } finally {
      await Deno.remove(file);
    }
  },
);
