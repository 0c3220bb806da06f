/**
 * `deno task soak -- --grow SECONDS` fuzzes each codec for so long, guided by coverage, and keeps in
 * its corpus what reaches most.
 */
import { fuzzCodec, keepCorpus } from "../tests/reliability/_codec_fuzz.ts";
import { CODECS } from "../tests/reliability/_codec_targets.ts";
import { firstSeed, seeded } from "../tests/reliability/_random.ts";

/** Corpora stay small: they are run through in every test. */
const MOST_INPUTS = 80;
const MOST_BYTES = 240;

/** Lets the corpora grow whose codecs' names have `only`; the exit code. */
export async function growCorpora(seconds: number, only: string): Promise<number> {
  let code = 0;
  for (const target of CODECS.filter(({ name }) => name.includes(only))) {
    const until = performance.now() + seconds * 1000;
    try {
      const { runs, refused, pool } = await seeded(
        firstSeed(),
        (random) => fuzzCodec(target, random, () => performance.now() > until),
      );
      const short = pool.filter(({ length }) => length <= MOST_BYTES);
      keepCorpus(target, short.slice(0, MOST_INPUTS));
      console.log(`${target.name}: ${runs} inputs, ${refused} refused, ${pool.length} reach more`);
    } catch (error) {
      console.error((error as Error).message);
      code = 1;
    }
  }
  return code;
}
