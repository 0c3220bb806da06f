/**
 * Streams with socat, ncat and CPython, each as client and as server: 100 MB both ways at once, and
 * answers that are given only after the end of the question.
 */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import type { Engine } from "../../core/engine_choice.ts";
import { PYTHON, testWith } from "../_tools.ts";
import { noise } from "../contract/_helpers.ts";
import {
  fileDigest,
  type Place,
  python,
  receiveDigest,
  run,
  SCRATCH,
  soon,
  type Stream,
  STREAM_PLACES,
  type StreamPlace,
} from "./_peers.ts";

const SIZE = 100_000_000;
const OURS = noise(SIZE, 11);
const OURS_DIGEST = createHash("sha256").update(OURS).digest("hex");
const THEIRS = `${SCRATCH}/theirs`;
await Deno.writeFile(THEIRS, noise(SIZE, 12));
const THEIRS_DIGEST = await fileDigest(THEIRS);
const BYTES = new TextEncoder();
const QUESTION = OURS.subarray(0, 1_000_000);

type Role = "connect" | "listen";

/** Another program: how it exchanges files, answers and asks. */
interface Program {
  name: string;
  tool: string;
  engines: readonly Engine[];
  can(kind: StreamPlace): boolean;
  /** Sends a file and receives to the end; resolves to the digest of what came. */
  exchange(kind: StreamPlace, place: Place, role: Role): Promise<string>;
  /** Receives to the end and then sends the digest. Absent: as a server it is gone with the end. */
  answer?(kind: StreamPlace, place: Place): Promise<unknown>;
  /** Sends "question", ends, and resolves to what comes then. */
  ask(kind: StreamPlace, place: Place): Promise<string>;
}

let serial = 0;
async function throughFiles(command: string[]): Promise<string> {
  const out = `${SCRATCH}/out-${serial++}`;
  await run(command, { stdin: THEIRS, stdout: out });
  const digest = await fileDigest(out);
  await Deno.remove(out);
  return digest;
}

const SOCAT = ["socat", "-b", "262144", "-t", "120"];

const PROGRAMS: readonly Program[] = [
  {
    name: "socat",
    tool: "socat",
    engines: ["deno"],
    can: () => true,
    exchange: (kind, place, role) => throughFiles([...SOCAT, "-", kind.socat(place, role)]),
    answer: (kind, place) => run([...SOCAT, kind.socat(place, "listen"), "EXEC:sha256sum"]),
    ask: (kind, place) =>
      run([...SOCAT, "-", kind.socat(place, "connect")], { stdin: BYTES.encode("question") }),
  },
  {
    name: "ncat",
    tool: "ncat",
    engines: ["deno"],
    can: (kind) => kind.ncat(kind.place(), "connect") !== undefined,
    exchange: (kind, place, role) => throughFiles(["ncat", ...kind.ncat(place, role)!]),
    ask: (kind, place) =>
      run(["ncat", ...kind.ncat(place, "connect")!], { stdin: BYTES.encode("question") }),
  },
  {
    name: "CPython",
    tool: PYTHON,
    engines: ["deno", "libc"],
    can: () => true,
    exchange: async (kind, { text }, role) =>
      (await python("exchange", role, kind.name, text, THEIRS)).trim().split("\n").at(-1)!,
    answer: (kind, { text }) => python("answer", "listen", kind.name, text),
    ask: (kind, { text }) => python("ask", "connect", kind.name, text),
  },
];

async function exchange(stream: Stream, endLast = false): Promise<string> {
  const receiving = receiveDigest(stream);
  await stream.sendAll(OURS);
  if (endLast) await receiving;
  await stream.closeWrite();
  const digest = await receiving;
  stream.close();
  return digest;
}

for (const program of PROGRAMS) {
  for (const kind of STREAM_PLACES) {
    if (!program.can(kind)) continue;
    for (const engine of program.engines) {
      const title = `${kind.name} (${engine}) and ${program.name}`;
      const options = { sanitizeOps: engine === "deno", sanitizeResources: engine === "deno" };
      const needs = { tools: ["sh", program.tool] };

      testWith(needs, `${title} as client: 100 MB go both ways at once`, async () => {
        const place = kind.place();
        using listener = await kind.listen(place, engine);
        const theirs = program.exchange(kind, place, "connect");
        const digest = await exchange(await listener.accept());
        assertEquals(digest, THEIRS_DIGEST);
        assertEquals(await theirs, OURS_DIGEST);
      }, options);

      testWith(needs, `${title} as server: 100 MB go both ways at once`, async () => {
        const place = kind.place();
        const theirs = program.exchange(kind, place, "listen");
        const digest = await exchange(
          await soon(() => kind.connect(place, engine)),
          program.answer === undefined,
        );
        assertEquals(digest, THEIRS_DIGEST);
        assertEquals(await theirs, OURS_DIGEST);
      }, options);

      const { answer } = program;
      if (answer) {
        testWith(needs, `${title} as server answers after our end`, async () => {
          const place = kind.place();
          const answering = answer(kind, place);
          using stream = await soon(() => kind.connect(place, engine));
          await stream.sendAll(QUESTION);
          await stream.closeWrite();
          const digest = new TextDecoder().decode(await stream.recvExact(64));
          assertEquals(digest, createHash("sha256").update(QUESTION).digest("hex"));
          stream.close();
          await answering;
        }, options);
      }

      testWith(needs, `${title} as client is answered after its end`, async () => {
        const place = kind.place();
        using listener = await kind.listen(place, engine);
        const asking = program.ask(kind, place);
        using stream = await listener.accept();
        let question = "";
        for await (const chunk of stream.readable) question += new TextDecoder().decode(chunk);
        assertEquals(question, "question");
        await stream.sendAll(BYTES.encode("answer"));
        stream.close();
        assertEquals((await asking).trim(), "answer");
      }, options);
    }
  }
}
