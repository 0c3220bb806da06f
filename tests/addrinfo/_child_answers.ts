/** Answers the lookups given as JSON on stdin. */
import { ourAnswers } from "./_tools.ts";

const input = await new Response(Deno.stdin.readable).text();
console.log(JSON.stringify(await ourAnswers(JSON.parse(input))));
