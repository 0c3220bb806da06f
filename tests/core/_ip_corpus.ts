/**
 * Texts of IP addresses, valid and spoilt, the same in every run.
 */

/** A small generator of pseudo-random numbers (xorshift32). */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % limit;
  }
  /** One of these. */
  pick<T>(items: ArrayLike<T>): T {
    return items[this.below(items.length)];
  }
}

/** A valid IPv4 address. */
function ipv4(random: Random): string {
  const part = () => random.below(3) === 0 ? random.pick([0, 1, 127, 255]) : random.below(256);
  return `${part()}.${part()}.${part()}.${part()}`;
}

/** A valid IPv6 address in one of its many spellings. */
function ipv6(random: Random): string {
  const groups = Array.from({ length: 8 }, () => {
    if (random.below(3) === 0) return "0";
    const text = random.below(0x10000 >> 4 * random.below(4)).toString(16);
    return random.below(4) === 0 ? text.padStart(4, "0") : text;
  });
  const tail: string[] = [];
  if (random.below(5) === 0) {
    groups.splice(6);
    tail.push(ipv4(random));
  }
  let text = [...groups, ...tail].join(":");
  if (random.below(2) === 0) {
    const start = random.below(groups.length);
    const count = 1 + random.below(groups.length - start);
    const before = groups.slice(0, start).join(":");
    const after = [...groups.slice(start + count), ...tail].join(":");
    text = `${before}::${after}`;
  }
  return random.below(4) === 0 ? text.toUpperCase() : text;
}

/** The same text with a letter taken out, put in or changed. */
function spoil(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const letter = random.pick("0123456789abcdefABCDEFgx::::...%/ -+\u0661\uff11_");
  switch (random.below(4)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + letter + text.slice(at);
    case 2:
      return text.slice(0, at) + letter + text.slice(at + 1);
    default:
      return text.slice(0, at) + text.slice(random.below(text.length + 1));
  }
}

/** So many texts; about half of them valid. */
export function ipTexts(count: number, seed: number): string[] {
  const random = new Random(seed);
  return Array.from({ length: count }, () => {
    let text = random.below(3) === 0 ? ipv4(random) : ipv6(random);
    if (random.below(20) === 0) text += random.pick(["%eth0", "%1", "%", "%a%b"]);
    for (let spoils = random.below(3); spoils > 0; spoils--) text = spoil(random, text);
    return text;
  });
}

/** Asks Python one thing for each item; the script has a function `answer(item)`. */
export async function askPython<T>(python: string, script: string, items: unknown[]): Promise<T[]> {
  const program = `import ipaddress, json, socket, sys\n${script}\n` +
    "for line in sys.stdin:\n    print(json.dumps(answer(json.loads(line))))\n";
  const child = new Deno.Command(python, {
    args: ["-c", program],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  await writer.write(
    new TextEncoder().encode(items.map((item) => JSON.stringify(item) + "\n").join("")),
  );
  await writer.close();
  const { stdout, stderr } = await output;
  const lines = new TextDecoder().decode(stdout).split("\n");
  lines.pop();
  if (lines.length !== items.length) throw new Error(new TextDecoder().decode(stderr));
  return lines.map((line) => JSON.parse(line) as T);
}
