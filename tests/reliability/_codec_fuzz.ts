/**
 * Codecs under random input, guided by coverage: what reaches something new is kept and changed
 * further. `corpus/` has the inputs that reach most; `deno task soak -- --grow SECONDS` looks for more.
 */
import { Coverage } from "./_coverage.ts";
import type { Random } from "./_random.ts";

/** A codec. */
export interface CodecTarget {
  /** Its name, and that of its corpus. */
  name: string;
  /** The files whose coverage guides. */
  files: RegExp;
  /** What to begin with where there is no corpus. */
  seeds?(): Uint8Array[];
  /** Words that its texts are made of. */
  words?: readonly string[];
  /** Whether an error is one that the codec may refuse with. */
  refusal(error: unknown): boolean;
  /** Decodes, and checks what comes of it; throws on a mismatch. */
  run(input: Uint8Array<ArrayBuffer>): void | Promise<void>;
}

/** What a codec made of an input must not be. */
export class Mismatch extends Error {}

/** What `run` throws where what it checks does not hold. */
export function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new Mismatch(text);
}

/** How V8 begins what it has to say of a mistake in our code. */
const OF_V8 =
  /^Cannot (read|set|convert|mix|destructure|access|perform|assign|redefine|define|create proxy)|is not (a function|iterable|defined|a constructor)|Invalid (typed array|array) length|Offset is outside|out of bounds|Maximum call stack|offset is out/;

/** Whether it is an argument refused by us, in the words of this house. */
export function refusedByUs(error: unknown): boolean {
  return (error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError) &&
    /^Cannot \w/.test(error.message) && !OF_V8.test(error.message);
}

/** Runs an input; a failure says what it was. */
export async function runInput(
  target: CodecTarget,
  input: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  try {
    await target.run(input.slice());
    return true;
  } catch (error) {
    if (!(error instanceof Mismatch) && target.refusal(error)) return false;
    throw new Error(`${target.name}: ${error} for ${input.toHex()}`, { cause: error });
  }
}

const CORPUS = new URL("corpus/", import.meta.url);
const MOST_BYTES = 600;

/** The kept inputs of a codec. */
export function corpusOf({ name }: CodecTarget): Uint8Array<ArrayBuffer>[] {
  try {
    const lines = Deno.readTextFileSync(new URL(`${name}.txt`, CORPUS)).trim().split("\n");
    return lines.map((line) => Uint8Array.fromHex(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Keeps inputs for the next runs. */
export function keepCorpus({ name }: CodecTarget, inputs: readonly Uint8Array[]): void {
  Deno.mkdirSync(CORPUS, { recursive: true });
  const text = inputs.map((input) => `${input.toHex()}\n`).join("");
  Deno.writeTextFileSync(new URL(`${name}.txt`, CORPUS), text);
}

/** How a run of the fuzzing went. */
export interface Fuzzed {
  runs: number;
  refused: number;
  /** What reached something new, the corpus included. */
  pool: Uint8Array<ArrayBuffer>[];
}

/** Fuzzes until `enough` says so, asked before each input. */
export async function fuzzCodec(
  target: CodecTarget,
  random: Random,
  enough: (runs: number) => boolean,
): Promise<Fuzzed> {
  using coverage = await Coverage.open();
  const seen = new Set<string>();
  const pool: Uint8Array<ArrayBuffer>[] = [];
  let [runs, refused] = [0, 0];
  await coverage.taken(target.files);
  const attempt = async (input: Uint8Array<ArrayBuffer>) => {
    runs++;
    if (!await runInput(target, input)) refused++;
    let isNew = false;
    for (const way of await coverage.taken(target.files)) {
      if (seen.has(way)) continue;
      seen.add(way);
      isNew = true;
    }
    if (isNew) pool.push(input);
  };
  // The shortest first: of two that reach the same the shorter one stays.
  const kept = corpusOf(target);
  const first = kept.length > 0 ? kept : (target.seeds?.() ?? []).map((seed) => seed.slice());
  const corpus = first.sort((a, b) => a.length - b.length);
  for (const input of corpus) await attempt(input);
  if (pool.length === 0) pool.push(new Uint8Array(0));
  while (!enough(runs)) await attempt(changed(random, pool, target.words));
  return { runs, refused, pool };
}

const INTERESTING = [0, 1, 2, 3, 4, 7, 8, 15, 16, 32, 64, 127, 128, 255];

/** An input of the pool, changed in one to four places. */
function changed(
  random: Random,
  pool: readonly Uint8Array<ArrayBuffer>[],
  words: readonly string[] | undefined,
): Uint8Array<ArrayBuffer> {
  let bytes = [...random.pick(pool)];
  for (let changes = random.integer(1, 4); changes > 0; changes--) {
    const at = random.integer(0, bytes.length);
    switch (random.integer(0, words === undefined ? 7 : 9)) {
      case 0:
        if (at < bytes.length) bytes[at] ^= 1 << random.integer(0, 7);
        break;
      case 1:
        bytes[at] = random.pick(INTERESTING);
        break;
      case 2:
        bytes[at] = random.integer(0, 255);
        break;
      case 3: {
        // A length or a number: of two or four bytes, in either order.
        const number = random.chance(0.5) ? random.integer(0, bytes.length) : random.pick(NUMBERS);
        const size = random.pick([2, 4]);
        const parts = Array.from({ length: size }, (_, i) => number >>> 8 * i & 255);
        bytes.splice(at, size, ...(random.chance(0.5) ? parts : parts.reverse()));
        break;
      }
      case 4:
        bytes.splice(at, random.size(16));
        break;
      case 5: {
        const from = random.integer(0, bytes.length);
        bytes.splice(at, 0, ...bytes.slice(from, from + random.size(32)));
        break;
      }
      case 6: {
        const other = random.pick(pool);
        const from = random.integer(0, other.length);
        bytes.splice(at, random.integer(0, 8), ...other.subarray(from, from + random.size(64)));
        break;
      }
      case 7:
        bytes = bytes.slice(0, at);
        break;
      default:
        bytes.splice(at, 0, ...new TextEncoder().encode(random.pick(words!)));
    }
  }
  return Uint8Array.from(bytes.slice(0, MOST_BYTES), (byte) => byte ?? 0);
}

const NUMBERS = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];
