/**
 * Sets of ports on the command line: `22,80,8000-8100,https`.
 *
 * @module
 */
import { UsageError } from "./exit.ts";
import { parsePort, portNumber } from "./schemes/host_port.ts";

const LAST_PORT = 65535;

/**
 * Reads sets of ports.
 *
 * @param texts Ports, names of services and ranges, with commas between; a range may lack an end, and
 * `-` is all.
 * @returns The ports, each once, in the order they were given in.
 * @throws {UsageError} If a part is none of these.
 */
export async function parsePorts(texts: readonly string[]): Promise<number[]> {
  const ports = new Set<number>();
  for (const part of texts.flatMap((text) => text.split(","))) {
    const range = /^(\d{1,5})?-(\d{1,5})?$/.exec(part);
    const [first, last] = range === null
      ? await onePort(part)
      : [Number(range[1] ?? 1), Number(range[2] ?? LAST_PORT)];
    if (first < 1 || last > LAST_PORT || first > last) {
      throw new UsageError(`"${part}" is no port in 1 to ${LAST_PORT} and no range of them`);
    }
    for (let port = first; port <= last; port++) ports.add(port);
  }
  return Array.from(ports);
}

async function onePort(part: string): Promise<[number, number]> {
  const port = await portNumber(parsePort(part, part), "tcp");
  return [port, port];
}
