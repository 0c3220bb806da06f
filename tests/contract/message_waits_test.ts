import { assert, assertEquals } from "@std/assert";
import {
  assertAllCode,
  assertCode,
  assertReason,
  assertTimeout,
  bytes,
  countedSignal,
  loops,
  noise,
  pending,
  text,
} from "./_helpers.ts";
import { claim, type Message, withMessages } from "./_claim.ts";
import { MESSAGE_KINDS } from "./_kinds.ts";

type Wait = { signal?: AbortSignal; timeoutMs?: number };

const RECEIVES: readonly [string, (m: Message, o: Wait) => Promise<unknown>][] = [
  ["recv", (m, o) => m.recv(o)],
  ["recvFrom", (m, o) => m.recvFrom(o)],
  ["recvMany", (m, o) => m.recvMany(4, o)],
];

claim(
  MESSAGE_KINDS,
  "a signal aborted before rejects every call with its reason, and takes nothing",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      const reason = { not: "an error" };
      const signal = AbortSignal.abort(reason);
      await a.send(bytes("kept"));
      for (const [, receive] of RECEIVES) await assertReason(receive(b, { signal }), reason);
      await assertReason(a.send(bytes("x"), { signal }), reason);
      await assertReason(a.sendMany([{ data: bytes("x") }], { signal }), reason);
      assertEquals(text(await b.recv()), "kept");
      await a.send(bytes("next"));
      assertEquals(text(await b.recv()), "next");
    });
  },
);

claim(
  MESSAGE_KINDS,
  "an abort or a time-out ends a waiting receive and loses nothing",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      for (const [name, receive] of RECEIVES) {
        const controller = new AbortController();
        const reason = new Error(name);
        const waiting = receive(b, { signal: controller.signal });
        await loops(2);
        controller.abort(reason);
        await assertReason(waiting, reason);
        await assertTimeout(() => receive(b, { timeoutMs: 1 }));
        await a.send(bytes(`${name} 1`));
        await a.send(bytes(`${name} 2`));
        // Both are here before anyone asks again, or on their way.
        if (name !== "recv") await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals([text(await b.recv()), text(await b.recv())], [`${name} 1`, `${name} 2`]);
      }
    });
  },
);

claim(MESSAGE_KINDS, "a time-out of 0 takes what is there, and does not wait", async (kind) => {
  await withMessages(kind, async (a, b) => {
    await assertTimeout(() => b.recv({ timeoutMs: 0 }));
    await a.send(bytes("here"));
    let got = "";
    // On a slow network it may not be there yet.
    for (let tries = 0; got === "" && tries < 5000; tries++) {
      await loops(1);
      got = await b.recv({ timeoutMs: 0 }).then(text, () => "");
    }
    assertEquals(got, "here");
  });
});

claim(
  MESSAGE_KINDS,
  "receives cancelled at random lose, double and reorder nothing",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      const total = 400;
      let sent = 0;
      let received = 0;
      const sending = (async () => {
        while (sent < total) {
          // No more than the least queue holds (net.unix.max_dgram_qlen, 10): UDP must not drop.
          if (sent - received >= 8) await loops(1);
          else await a.send(bytes(`${sent++}`));
          if (sent % 5 === 0) await loops(sent % 3);
        }
      })();
      let cancelled = 0;
      for (let i = 0; received < total; i++) {
        const controller = new AbortController();
        const options = { signal: controller.signal };
        const receiving = i % 3 === 0
          ? b.recv(options).then((data) => [data])
          : i % 3 === 1
          ? b.recvFrom(options).then((message) => [message.data])
          : b.recvMany(3, options).then((batch) => batch.map((message) => message.data));
        loops((i * 7) % 4).then(() => controller.abort("enough"));
        try {
          for (const data of await receiving) assertEquals(text(data), `${received++}`);
        } catch (error) {
          if (error !== "enough") throw error;
          cancelled++;
        }
      }
      await sending;
      assert(cancelled > 0, "nothing was cancelled");
      await assertTimeout(() => b.recv({ timeoutMs: 5 }));
    });
  },
);

claim(MESSAGE_KINDS, "concurrent receives are served in the order they came", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const controller = new AbortController();
    const waiting: Promise<string>[] = [];
    for (let i = 0; i < 6; i++) {
      waiting.push(b.recv(i % 2 === 0 ? {} : { timeoutMs: 60_000 }).then(text));
      if (i === 2) {
        waiting.push(b.recv({ signal: controller.signal }).then(text, (reason) => reason));
      }
    }
    await loops(1);
    controller.abort("skipped");
    for (let i = 0; i < 6; i++) await a.send(bytes(`${i}`));
    assertEquals(await Promise.all(waiting), ["0", "1", "2", "skipped", "3", "4", "5"]);
  });
});

claim(MESSAGE_KINDS, "concurrent sends go in the order they came", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const sends = Array.from(
      { length: 8 },
      (_, i) => a.send(Uint8Array.of(i), i % 2 === 0 ? {} : { timeoutMs: 60_000 }),
    );
    for (let i = 0; i < 8; i++) assertEquals(await b.recv(), Uint8Array.of(i));
    assertEquals(await Promise.all(sends), Array(8).fill(1));
  });
});

claim(MESSAGE_KINDS, "abort listeners do not accumulate", async (kind) => {
  const { signal, count, abort } = countedSignal();
  await withMessages(kind, async (a, b) => {
    const options = { signal, timeoutMs: 60_000 };
    for (let i = 0; i < 50; i++) {
      await a.send(bytes("x"), options);
      await a.sendMany([{ data: bytes("y") }], options);
      await b.recvFrom(options);
      await b.recvMany(4, options);
    }
    assertEquals(count(), 0);
    for (const [, receive] of RECEIVES) {
      await assertTimeout(() => receive(b, { signal, timeoutMs: 0 }));
    }
    assertEquals(count(), 0);
    const waiting = RECEIVES.map(([, receive]) => receive(b, options));
    await loops(1);
    assertEquals(count(), 1, "one listener a signal");
    abort("done");
    for (const wait of waiting) await assertReason(wait, "done");
    assertEquals(count(), 0);
  });
});

claim(
  MESSAGE_KINDS,
  "closing rejects all waits at once with EBADF, and later calls too",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      const waits = RECEIVES.map(([, receive]) => receive(b, {}));
      waits.push(b.recv({ timeoutMs: 60_000 }));
      await loops(2);
      const { localAddr } = b;
      await assertAllCode(waits, "EBADF", () => b.close());
      b.close();
      b[Symbol.dispose]();
      await b[Symbol.asyncDispose]();
      for (const [, receive] of RECEIVES) await assertCode(() => receive(b, {}), "EBADF");
      await assertCode(() => b.send(bytes("x")), "EBADF");
      await assertCode(() => b.sendTo(bytes("x"), a.localAddr), "EBADF");
      await assertCode(() => b.sendMany([{ data: bytes("x") }]), "EBADF");
      for await (const _ of b) throw new Error("a closed endpoint iterates");
      b.ref();
      b.unref();
      assertEquals(b.localAddr, localAddr);
    });
  },
);

claim(MESSAGE_KINDS, "a send waits while the peer's queue is full", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const block = noise(1000);
    let sent = 0;
    let sending: Promise<number>;
    for (;;) {
      sending = a.send(block);
      if (await pending(sending)) break;
      sent++;
    }
    const controller = new AbortController();
    const second = a.send(bytes("cancelled"), { signal: controller.signal });
    const third = a.send(bytes("third"));
    await loops(2);
    controller.abort("no");
    await assertReason(second, "no");
    for (let i = 0; i <= sent; i++) assertEquals((await b.recv()).length, 1000);
    assertEquals(await sending, 1000);
    assertEquals(await third, 5);
    assertEquals(text(await b.recv()), "third");
  });
}, (kind) => kind.reliable);

claim(
  MESSAGE_KINDS,
  "a send cancelled while it waits for room goes at most once, and before the next",
  async (kind) => {
    await withMessages(kind, async (a, b) => {
      const controller = new AbortController();
      let sending: Promise<number>;
      do sending = a.send(bytes("full"), { signal: controller.signal }); while (
        !await pending(sending)
      );
      controller.abort("no");
      await assertReason(sending, "no");
      const next = a.send(bytes("next"), { timeoutMs: 60_000 });
      const last = a.send(bytes("last"));
      let got: string;
      do got = text(await b.recv()); while (got === "full");
      assertEquals([got, text(await b.recv())], ["next", "last"]);
      assertEquals([await next, await last], [4, 4]);
    });
  },
  (kind) => kind.reliable,
);

claim(MESSAGE_KINDS, "closing ends a send that waits for room", async (kind) => {
  await withMessages(kind, async (a, b) => {
    let sending: Promise<number>;
    do sending = a.send(noise(1000)); while (!await pending(sending));
    const timed = a.send(noise(1000), { timeoutMs: 60_000 });
    await assertAllCode([sending, timed], "EBADF", () => a.close());
    b.close(); // only then does Deno's own send end
    await loops();
  });
}, (kind) => kind.reliable);

claim(MESSAGE_KINDS, "a send that timed out and is sent again goes once", async (kind) => {
  await withMessages(kind, async (a, b) => {
    const message = (i: number) => Uint8Array.of(i >> 8, i & 0xff, 7);
    let full = 0;
    for (; full < 60_000; full++) {
      // The last one finds the queue full; nobody receives meanwhile.
      const sent = await a.send(message(full), { timeoutMs: 20 }).then(() => true, () => false);
      if (!sent) break;
    }
    assert(full > 0 && full < 60_000, `${full} messages had room`);
    const sending = a.send(message(full));
    const got: number[] = [];
    for (let i = 0; i <= full; i++) {
      const data = await b.recv();
      got.push((data[0] << 8) | data[1]);
    }
    await sending;
    assertEquals(got, Array.from({ length: full + 1 }, (_, i) => i));
    await assertTimeout(() => b.recv({ timeoutMs: 20 }));
  });
}, (kind) => kind.reliable);
