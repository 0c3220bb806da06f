/**
 * Programs that read addresses without a cast, and what the types of all openers say: compiled by
 * addresses_test.ts, run by nobody.
 */
import {
  type Address,
  AF_BLUETOOTH,
  AF_CAN,
  AF_INET,
  AF_INET6,
  AF_NETLINK,
  AF_PACKET,
  AF_RDS,
  AF_TIPC,
  AF_UNIX,
  AF_VSOCK,
  type alg,
  type AlgAddress,
  type bluetooth,
  type BluetoothAddress,
  type can,
  type CanAddress,
  type dccp,
  endpointOf,
  type Inet6Address,
  type InetAddress,
  type IpAddress,
  type NetlinkAddress,
  type PacketAddress,
  type raw,
  type sctp,
  SOCK_DGRAM,
  SOCK_RAW,
  Socket,
  socket,
  socketPair,
  type tcp,
  type tipc,
  type TipcAddress,
  type udp,
  type unix,
  type UnixAddress,
  type vsock,
  type VsockAddress,
} from "@berkeley/sockets";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;

/** Compiles only where both are the very same type. */
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}
// @ts-expect-error: else nothing here says anything
same<InetAddress, IpAddress>();

interface Ends {
  readonly localAddr: unknown;
  readonly remoteAddr: unknown;
}
type Local<E extends Ends> = E["localAddr"];
type Remote<E extends Ends> = E["remoteAddr"];
/** Of whom a message endpoint's messages are. */
type From<E extends { recvFrom(): Promise<{ from: unknown }> }> = Awaited<
  ReturnType<E["recvFrom"]>
>["from"];
/** What a listener accepts. */
type Accepted<E extends { accept(): Promise<Ends> }> = Awaited<ReturnType<E["accept"]>>;

// ---- The BSD face: a family that is said is that of all addresses.

export async function sockets(n: number): Promise<void> {
  const server = socket(AF_INET);
  const port: number = server.localAddr.port;
  const [client, from] = await server.accept();
  const line: string = `${from.hostname}:${from.port} ${client.remoteAddr?.port} ${port}`;
  const [, sender] = await client.recvFrom(line.length);
  await client.sendTo(new Uint8Array(1), { hostname: sender.hostname, port: sender.port + 1 });
  for (const { from } of await server.recvMany()) from.port.toFixed();
  for await (const batch of server.recvBatches()) batch.from(0).port.toFixed();
  (await server.recvMsg()).from.port.toFixed();
  (await server.recvMsgInto([])).from.port.toFixed();
  server.tryRecvMsg()?.from.port.toFixed();
  server.tryRecvFrom()?.[1].port.toFixed();
  server.tryAccept()?.[1].port.toFixed();
  server.dup().localAddr.port.toFixed();

  same<Local<ReturnType<typeof socket>>, Address>();
  const byDefault = socket();
  same<typeof byDefault, Socket<InetAddress>>();
  const six = socket(AF_INET6, SOCK_DGRAM);
  same<typeof six.localAddr, Inet6Address>();
  const either = socket(n > 0 ? AF_INET : AF_INET6);
  same<typeof either.localAddr, IpAddress>();
  either.localAddr.port.toFixed();
  const anyFamily = socket(n);
  same<typeof anyFamily, Socket<Address>>();
  const path: string = socket(AF_UNIX).localAddr.path;
  const cid: number = socket(AF_VSOCK).localAddr.cid;
  const portId: number = socket(AF_NETLINK, SOCK_RAW).localAddr.portId;
  const name: string = socket(AF_PACKET, SOCK_RAW).localAddr.interface + path + cid + portId;
  const bus: string = socket(AF_CAN, SOCK_RAW).localAddr.interface + name;
  const kind: string = socket(AF_TIPC).localAddr.kind + socket(AF_BLUETOOTH).localAddr.kind + bus;
  socket(AF_RDS).localAddr.port.toFixed(kind.length);
  same<ReturnType<typeof Socket.fromFd>, Socket<Address>>();
  const [a] = socketPair();
  same<typeof a, Socket<UnixAddress>>();
  // @ts-expect-error: what family it is nobody has said
  anyFamily.localAddr.port;
  // @ts-expect-error: a Unix address has no port
  a.localAddr.port;
  // Any socket is one of any family.
  const all: Socket[] = [server, six, either, anyFamily, a];
  all.forEach((one) => one.close());
}

export async function endpoints(): Promise<void> {
  const inet = endpointOf(socket(AF_INET));
  inet.localAddr.port.toFixed();
  if (inet.role === "listener") (await inet.accept()).remoteAddr?.port.toFixed();
  if (inet.role === "stream") await inet.sendAll(new Uint8Array(1));
  const [pair] = socketPair();
  const end = endpointOf(pair);
  end.localAddr.path.toString();
  if (end.role === "stream") await end.sendFds(new Uint8Array(1), [0]);
  const unknown = endpointOf(Socket.fromFd(0));
  if (unknown.family === "unix" && unknown.role === "stream") unknown.localAddr.path.toString();
}

// ---- Openers, of every family.

type Opened<F extends (...args: never[]) => unknown> = Awaited<ReturnType<F>>;

type TcpListener = Opened<typeof tcp.listen>;
same<Local<TcpListener>, IpAddress>();
same<Local<Opened<typeof tcp.createServer>>, IpAddress>();
same<Remote<Accepted<TcpListener>>, IpAddress | undefined>();
for (const _ of [] as [Opened<typeof tcp.connect>, Opened<typeof tcp.createConnection>][]) {
  same<Local<typeof _[0]>, IpAddress>();
  same<Remote<typeof _[1]>, IpAddress | undefined>();
}

type Udp = Opened<typeof udp.bind>;
same<Local<Udp>, IpAddress>();
same<From<Udp>, IpAddress>();
same<From<Opened<typeof udp.connect>>, IpAddress>();
same<Remote<Opened<typeof udp.connect>>, IpAddress | undefined>();

type UnixListener = Opened<typeof unix.listen>;
same<Local<UnixListener>, UnixAddress>();
same<Remote<Accepted<UnixListener>>, UnixAddress | undefined>();
same<Local<Opened<typeof unix.connect>>, UnixAddress>();
same<From<Opened<typeof unix.bind>>, UnixAddress>();
same<Local<Opened<typeof unix.pair>[0]>, UnixAddress>();

type VsockListener = Opened<typeof vsock.listen>;
same<Local<VsockListener>, VsockAddress>();
same<Remote<Accepted<VsockListener>>, VsockAddress | undefined>();
same<Local<Opened<typeof vsock.connect>>, VsockAddress>();
same<From<Opened<typeof vsock.bind>>, VsockAddress>();

same<From<Opened<typeof sctp.bind>>, IpAddress>();
same<Local<Opened<typeof sctp.connect>>, IpAddress>();
same<Remote<Accepted<Opened<typeof sctp.listen>>>, IpAddress | undefined>();
same<Local<Opened<typeof dccp.connect>>, IpAddress>();
same<From<Accepted<Opened<typeof dccp.listen>>>, IpAddress>();

same<From<Opened<typeof tipc.bind>>, TipcAddress>();
same<Local<Opened<typeof tipc.listen>>, TipcAddress>();
same<Local<Opened<typeof tipc.connect>>, TipcAddress>();
same<From<Opened<typeof tipc.joinGroup>>, TipcAddress>();
same<From<Opened<typeof can.openRaw>>, CanAddress>();
same<From<Opened<typeof can.openIsoTp>>, CanAddress>();
same<From<Opened<typeof can.openJ1939>>, CanAddress>();
same<Local<Opened<typeof bluetooth.connect>>, BluetoothAddress>();
same<Local<Opened<typeof bluetooth.listen>>, BluetoothAddress>();
same<From<Opened<typeof bluetooth.openHci>>, BluetoothAddress>();
same<Local<Opened<typeof alg.bind>>, AlgAddress>();

same<From<Opened<typeof raw.openIp>>, IpAddress>();
same<From<Opened<typeof raw.openIcmp>>, IpAddress>();
same<From<Opened<typeof raw.openPacket>>, PacketAddress>();
same<ReturnType<typeof netlinkSocket>["localAddr"], NetlinkAddress>();

function netlinkSocket(): Socket<NetlinkAddress> {
  return socket(AF_NETLINK, SOCK_RAW);
}
