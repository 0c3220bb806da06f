/** Connections that are given up at the very moment when they are there are closed. */
import { assertEquals } from "@std/assert";
import { LISTENER_KINDS } from "../contract/_kinds.ts";
import { claim, type Stream } from "../contract/_claim.ts";
import { endedAsAsked, turnOfLoop } from "./_random.ts";

const ROUNDS = 40;
const MOST_TURNS = 4;
const DUE_MS = 1;

/**
 * Aborts by a timer that comes due while the isolate is busy: the event loop then finds the connection
 * and the timer in one go.
 */
function abortWithConnection(controller: AbortController): void {
  setTimeout(() => controller.abort(new DOMException("given up", "TimeoutError")), DUE_MS);
  for (const end = performance.now() + 2 * DUE_MS; performance.now() < end;);
}

claim(
  LISTENER_KINDS,
  "a connection that is there when it is given up is closed",
  async (kind) => {
    using listener = await kind.listen();
    let accepted = 0;
    let ended = 0;
    const serve = async (stream: Stream) => {
      using server = stream;
      await server.recv().catch(() => {}); // the end, or a reset
      ended++;
    };
    const serving: Promise<void>[] = [];
    const accepting = (async () => {
      for await (const stream of listener) {
        accepted++;
        serving.push(serve(stream));
      }
    })();
    for (let round = 0; round < ROUNDS; round++) {
      const controller = new AbortController();
      const { signal } = controller;
      const connecting = kind.connect(listener.localAddr, { signal }).then(
        (connection) => connection.close(),
        (error) => {
          if (!endedAsAsked(error)) throw error;
        },
      );
      for (let turn = 0; turn < round % MOST_TURNS; turn++) await turnOfLoop();
      abortWithConnection(controller);
      await connecting;
    }
    for (let turn = 0; turn < 2000 && ended < accepted; turn++) await turnOfLoop();
    const open = accepted - ended;
    listener.close();
    await accepting;
    assertEquals(open, 0, `${open} of ${accepted} connections were left open`);
    await Promise.all(serving);
  },
);
