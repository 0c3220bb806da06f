/**
 * A DNS server (RFC 1035) on port 53 of the loopback, for a network namespace of the test's own. What
 * a name is called says how it is answered.
 */
import dgram from "node:dgram";

/** What was asked, in order: `"udp A name"`. */
export type QueryLog = string[];

const TYPES = new Map([[1, "A"], [12, "PTR"], [28, "AAAA"], [5, "CNAME"]]);

/** The name in a query, which has no compression. */
function readName(query: Uint8Array): [name: string, end: number] {
  const labels: string[] = [];
  let at = 12;
  while (query[at] !== 0) {
    labels.push(new TextDecoder().decode(query.subarray(at + 1, at + 1 + query[at])));
    at += 1 + query[at];
  }
  return [labels.join("."), at + 1];
}

function writeName(name: string): number[] {
  return [
    ...name.split(".").flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
    0,
  ];
}

/** One answer record: name pointer to the question, type, class IN, TTL 60. */
function record(type: number, data: number[]): number[] {
  return [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, data.length >> 8, data.length & 0xff, ...data];
}

/** The reply to a query; `undefined` for none at all. */
function reply(query: Uint8Array, transport: string, log: QueryLog): Uint8Array | undefined {
  const [name, end] = readName(query);
  const type = query[end + 1];
  log.push(`${transport} ${TYPES.get(type) ?? type} ${name}`);
  const first = name.split(".")[0].toLowerCase();
  if (first.startsWith("dead")) return undefined;
  let code = 0;
  let truncated = false;
  const records: number[][] = [];
  if (first.startsWith("missing")) code = 3; // NXDOMAIN
  else if (first.startsWith("refused")) code = 5; // REFUSED
  else if (first.startsWith("broken")) code = 2; // SERVFAIL
  else if (first.startsWith("big") && transport === "udp") truncated = true;
  else if (first.startsWith("big") && type === 1) {
    for (let i = 0; i < 100; i++) records.push(record(1, [192, 0, 2, i]));
  } else if (first === "alias" && (type === 1 || type === 28)) {
    // The record of the other name cannot use the pointer to the question.
    const target = writeName("real.example.test");
    records.push(record(5, target));
    if (type === 1) {
      records.push([...target, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 77]);
    }
  } else if (first === "empty") records.length = 0;
  else if (type === 1 && first !== "six") records.push(record(1, [192, 0, 2, 7]));
  else if (type === 28 && (first === "six" || first === "both")) {
    records.push(record(28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]));
  } else if (type === 12) records.push(record(12, writeName("seven.example.test")));
  const header = [
    query[0],
    query[1],
    0x81 | (truncated ? 2 : 0),
    0x80 | code,
    0,
    1,
    0,
    records.length,
    0,
    0,
    0,
    0,
  ];
  return Uint8Array.from([...header, ...query.subarray(12, end + 4), ...records.flat()]);
}

/** Answers after `delayMs` (names that begin with `slow` only, if `slowOnly`). */
export async function startDnsServer(delayMs = 0): Promise<QueryLog> {
  const log: QueryLog = [];
  const socket = dgram.createSocket("udp4");
  socket.on("message", (query: Uint8Array, from: { port: number; address: string }) => {
    const answer = reply(query, "udp", log);
    if (answer === undefined) return;
    const send = () => socket.send(answer, from.port, from.address);
    if (delayMs === 0 || !readName(query)[0].startsWith("slow")) send();
    else setTimeout(send, delayMs);
  });
  await new Promise<void>((resolve) => socket.bind(53, "127.0.0.1", resolve));
  serveTcp(Deno.listen({ hostname: "127.0.0.1", port: 53 }), log);
  return log;
}

async function serveTcp(listener: Deno.Listener, log: QueryLog): Promise<void> {
  for await (const conn of listener) {
    (async () => {
      const buffer = new Uint8Array(4096);
      let held = 0;
      for (;;) {
        const count = await conn.read(buffer.subarray(held));
        if (count === null) break;
        held += count;
        while (held >= 2 && held >= 2 + (buffer[0] << 8 | buffer[1])) {
          const size = 2 + (buffer[0] << 8 | buffer[1]);
          const answer = reply(buffer.subarray(2, size), "tcp", log);
          if (answer !== undefined) {
            await conn.write(
              Uint8Array.from([answer.length >> 8, answer.length & 0xff, ...answer]),
            );
          }
          buffer.copyWithin(0, size, held);
          held -= size;
        }
      }
      conn.close();
    })().catch(() => {});
  }
}
