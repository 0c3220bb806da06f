/**
 * Every codec under random input, guided by coverage and begun with the corpora beside this file.
 * `SEED=N` repeats a run; `task soak` runs them for long.
 */
import { assert } from "@std/assert";
import { testWith } from "../_tools.ts";
import { corpusOf, fuzzCodec } from "./_codec_fuzz.ts";
import { CODECS } from "./_codec_targets.ts";
import { firstSeed, seeded } from "./_random.ts";

const seed = firstSeed();
/** Beyond the corpus. */
const INPUTS = 600;

for (const target of CODECS) {
  testWith({}, `${target.name}: no bytes at all break the codec`, async () => {
    const kept = corpusOf(target).length;
    const { pool } = await seeded(
      seed,
      (random) => fuzzCodec(target, random, (runs) => runs >= kept + INPUTS),
    );
    assert(kept > 10, `the corpus has ${kept} inputs`);
    assert(pool.length > 10, `only ${pool.length} inputs reach something of their own`);
  });
}
