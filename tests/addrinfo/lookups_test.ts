import { assert, assertEquals, assertRejects } from "@std/assert";
import { AddrInfoError, getAddrInfo, getNameInfo } from "../../addrinfo/mod.ts";
import { type Libc, libc, replaceLibc } from "../../ffi/abi/library.ts";
import { openFds, testWith } from "../_tools.ts";
import "./_tools.ts";

const GLIBC = libc().getaddrinfo_a !== null;
const glibc = { other: () => GLIBC ? undefined : "needs glibc's getaddrinfo_a" };

/** Runs `fn` with some of the library's functions replaced. */
async function withLibc(changes: Partial<Libc>, fn: () => Promise<void>): Promise<void> {
  const real = libc();
  replaceLibc({ ...real, ...changes });
  // What a scripted call waits for keeps no process alive, as a thread of the real library does.
  const alive = setInterval(() => {}, 1000);
  try {
    await fn();
  } finally {
    clearInterval(alive);
    replaceLibc(real);
  }
}

/** The open files that a lookup may have opened: Deno opens caches of its own at any time. */
function lookupFds(): string[] {
  const links: string[] = [];
  for (const fd of openFds()) {
    try {
      const link = Deno.readLinkSync(`/proc/self/fd/${fd}`);
      if (link.startsWith("socket:") || link.startsWith("/etc/")) links.push(link);
    } catch {
      // Closed since.
    }
  }
  return links.sort();
}

/** Counts what glibc's part of the library hands out and takes back. */
function counting() {
  const real = libc();
  const counts = { requests: 0, freedLists: 0, blocks: 0, freedBlocks: 0 };
  const changes: Partial<Libc> = {
    getaddrinfo_a(mode, list, count, event) {
      counts.requests += count;
      return real.getaddrinfo_a!(mode, list, count, event);
    },
    freeaddrinfo(head) {
      counts.freedLists++;
      real.freeaddrinfo(head);
    },
    copyTo(target, bytes, size) {
      // The four bytes that make an abandoned lookup end without a result, which is to be counted.
      if (size !== 4n) real.copyTo(target, bytes, size);
    },
    calloc(count, size) {
      // Not the arena, which stays.
      if (count === 1) counts.blocks++;
      return real.calloc(count, size);
    },
    free(address) {
      counts.freedBlocks++;
      real.free(address);
    },
  };
  return { counts, changes };
}

testWith(glibc, "every list and every request is freed, also of aborted lookups", async () => {
  const fds = lookupFds();
  const { counts, changes } = counting();
  await withLibc(changes, async () => {
    const outcomes = { found: 0, aborted: 0 };
    await Promise.all(Array.from({ length: 3000 }, async (_, i) => {
      const controller = new AbortController();
      const lookup = getAddrInfo("localhost", i, { signal: controller.signal });
      // Before it starts, at once after, a turn later, and not at all.
      if (i % 4 === 0) controller.abort();
      if (i % 4 === 1) queueMicrotask(() => controller.abort());
      const timer = i % 4 === 2 ? setTimeout(() => controller.abort(), 0) : undefined;
      try {
        const [{ address }] = await lookup;
        assertEquals(address.port, i);
        outcomes.found++;
      } catch (error) {
        assertEquals((error as Error).name, "AbortError");
        outcomes.aborted++;
      } finally {
        clearTimeout(timer);
      }
    }));
    assert(outcomes.found >= 750, `${outcomes.found} found`);
    assert(outcomes.aborted >= 750, `${outcomes.aborted} aborted`);
    // What was abandoned in flight is freed at the next lookups.
    for (let i = 0; counts.freedLists < counts.requests; i++) {
      assert(i < 10_000, JSON.stringify(counts));
      await getAddrInfo("localhost", i);
    }
  });
  assertEquals(counts.freedLists, counts.requests);
  assertEquals(counts.freedBlocks, counts.blocks);
  assertEquals(lookupFds(), fds);
});

testWith(
  glibc,
  "equal lookups share one call, and each caller gets a list of its own",
  async () => {
    const { counts, changes } = counting();
    await withLibc(changes, async () => {
      const lists = await Promise.all(
        Array.from({ length: 100 }, () => getAddrInfo("localhost", "http", { type: "stream" })),
      );
      assertEquals(counts.requests, 1);
      for (const list of lists) assertEquals(list, lists[0]);
      const first = lists[0][0];
      for (const list of lists.slice(1)) {
        assert(list !== lists[0] && list[0] !== first && list[0].address !== first.address);
      }
      await Promise.all([80, 81].map((port) => getAddrInfo("localhost", port)));
      assertEquals(counts.requests, 3, "lookups that differ must not be shared");
    });
  },
);

testWith(glibc, "one caller's abort leaves the others of a shared lookup alone", async () => {
  const { counts, changes } = counting();
  await withLibc(changes, async () => {
    const controller = new AbortController();
    const [first, second] = [controller.signal, undefined].map((signal) =>
      getAddrInfo("localhost", 443, { signal })
    );
    const reason = new Error("enough");
    controller.abort(reason);
    assertEquals(await assertRejects(() => first), reason);
    assertEquals((await second)[0].address.port, 443);
    assertEquals(counts.requests, 1);
  });
});

testWith(glibc, "addresses in text with ports in digits take no call of the library", async () => {
  const refuse = () => {
    throw new Error("the library was called");
  };
  const changes = { getaddrinfo: refuse, getaddrinfo_a: refuse, getaddrinfo_blocking: refuse };
  await withLibc(changes as unknown as Partial<Libc>, async () => {
    assertEquals((await getAddrInfo("192.0.2.1", "8080")).length, 3);
    assertEquals((await getAddrInfo("2001:DB8::1", 80, { type: "dgram" }))[0].address, {
      family: "inet6",
      hostname: "2001:db8::1",
      port: 80,
    });
  });
});

testWith(glibc, "a lookup that is given up leaves no timer running", async () => {
  // It begins, and never ends. (The sanitizers look for the timer.)
  await withLibc({ getaddrinfo_a: () => 0 }, async () => {
    for (const timeoutMs of [0, 1, 20]) {
      const error = await assertRejects(
        () => getAddrInfo("localhost", 80, { timeoutMs }),
        DOMException,
      );
      assertEquals(error.name, "TimeoutError");
    }
  });
});

testWith(glibc, "a lookup that glibc has no thread for is EAI_SYSTEM with errno", async () => {
  const changes: Partial<Libc> = {
    getaddrinfo_a: () => -11,
    gai_cancel: () => -103, // EAI_ALLDONE: unknown to it
    errno: () => 11,
  };
  await withLibc(changes, async () => {
    const error = await assertRejects(() => getAddrInfo("localhost"), AddrInfoError);
    assertEquals([error.code, error.errno], ["EAI_SYSTEM", 11]);
    assert(error.message.includes("Resource temporarily unavailable"), error.message);
  });
});

testWith(glibc, "a partly refused batch loses only what was refused", async () => {
  const real = libc();
  let first: bigint | undefined;
  const changes: Partial<Libc> = {
    // The first of the batch is queued, for the rest there is no memory.
    getaddrinfo_a(mode, list, count, event) {
      const begins = (list as BigUint64Array)[0];
      first ??= begins;
      if (begins !== first) return -11;
      real.getaddrinfo_a!(mode, list, 1, event);
      return count === 1 ? 0 : -11;
    },
    errno: () => 12,
  };
  await withLibc(changes, async () => {
    const outcomes = await Promise.allSettled(
      [80, 81, 82].map((port) => getAddrInfo("localhost", port, { type: "stream" })),
    );
    assertEquals(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "rejected"]);
    const { reason } = outcomes[1] as PromiseRejectedResult;
    assertEquals([reason.code, reason.errno], ["EAI_SYSTEM", 12]);
  });
});

testWith(glibc, "what runs already of a refused batch is not started again", async () => {
  const real = libc();
  let calls = 0;
  const changes: Partial<Libc> = {
    getaddrinfo_a(mode, list, count, event) {
      calls++;
      real.getaddrinfo_a!(mode, list, count, event);
      return -11;
    },
    gai_cancel: () => -102, // EAI_NOTCANCELED: a thread has it
  };
  await withLibc(changes, async () => {
    const lists = await Promise.all([80, 81].map((port) => getAddrInfo("localhost", port)));
    assertEquals(lists.map(([{ address }]) => address.port), [80, 81]);
    assertEquals(calls, 1);
  });
});

testWith({}, "errno of a lookup with a zone is this thread's, and told", async () => {
  await withLibc({ getaddrinfo: () => -11, errno: () => 24 }, async () => {
    const error = await assertRejects(() => getAddrInfo("fe80::1%9", 80), AddrInfoError);
    assertEquals([error.code, error.errno], ["EAI_SYSTEM", 24]);
    assert(error.message.includes("Too many open files"), error.message);
  });
});

/** A library without getaddrinfo_a, whose lookups end when the test says so. */
function scripted() {
  const pending: { name: string; end: (status: number) => void }[] = [];
  const started: string[] = [];
  const changes: Partial<Libc> = {
    getaddrinfo_a: null,
    getaddrinfo_blocking(node) {
      const bytes = node as Uint8Array;
      const name = new TextDecoder().decode(bytes.subarray(0, -1));
      started.push(name);
      const { promise, resolve } = Promise.withResolvers<number>();
      pending.push({ name, end: resolve });
      return promise;
    },
  };
  return { pending, started, changes };
}

/** Lets what is due happen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

testWith(
  {},
  "without getaddrinfo_a at most four lookups block a thread, the rest in order",
  async () => {
    const { pending, started, changes } = scripted();
    await withLibc(changes, async () => {
      const controller = new AbortController();
      const names = Array.from({ length: 10 }, (_, i) => `host${i}.test`);
      const outcomes = names.map((name, i) =>
        getAddrInfo(name, null, i === 5 || i === 0 ? { signal: controller.signal } : {})
          .then(() => "found", (error) => error instanceof AddrInfoError ? error.code : error.name)
      );
      await settle();
      assertEquals(started, names.slice(0, 4));
      // One that runs and one that waits are given up: the first holds its thread still.
      controller.abort();
      assertEquals([await outcomes[0], await outcomes[5]], ["AbortError", "AbortError"]);
      await settle();
      assertEquals(started.length, 4);
      while (pending.length > 0) {
        pending.shift()!.end(-2);
        await settle();
      }
      assertEquals(started, names.filter((name) => name !== "host5.test"));
      assertEquals(new Set(await Promise.all(outcomes)), new Set(["AbortError", "EAI_NONAME"]));
    });
  },
);

testWith({}, "without getaddrinfo_a every list is freed, also of aborted lookups", async () => {
  const real = libc();
  const heads: bigint[] = [];
  const freed: bigint[] = [];
  let running = 0;
  const changes: Partial<Libc> = {
    getaddrinfo_a: null,
    async getaddrinfo_blocking(node, service, hints, result) {
      running++;
      const status = await real.getaddrinfo_blocking(node, service, hints, result);
      running--;
      if (status === 0) heads.push((result as BigUint64Array)[0]);
      return status;
    },
    freeaddrinfo(head) {
      freed.push(head as bigint);
      real.freeaddrinfo(head);
    },
  };
  await withLibc(changes, async () => {
    await Promise.all(Array.from({ length: 100 }, async (_, i) => {
      const controller = new AbortController();
      const lookup = getAddrInfo("localhost", i, { signal: controller.signal });
      const timer = i % 2 === 0 ? setTimeout(() => controller.abort(), 0) : undefined;
      await lookup.catch((error) => assertEquals(error.name, "AbortError"));
      clearTimeout(timer);
    }));
    while (running > 0) await settle(); // those given up in mid-call
    assert(heads.length > 50, `${heads.length} lists`);
    assertEquals(freed, heads);
  });
});

testWith({}, "at most four getNameInfo() block a thread, the rest in order", async () => {
  const pending: ((status: number) => void)[] = [];
  const started: number[] = [];
  const changes: Partial<Libc> = {
    getnameinfo_blocking(address) {
      started.push((address as Uint8Array)[3]); // the low byte of the port
      const { promise, resolve } = Promise.withResolvers<number>();
      pending.push(resolve);
      return promise;
    },
  };
  await withLibc(changes, async () => {
    const controller = new AbortController();
    const outcomes = Array.from({ length: 10 }, (_, i) => {
      const signal = i === 0 || i === 5 ? controller.signal : undefined;
      return getNameInfo({ hostname: "192.0.2.1", port: i }, { signal })
        .then(() => "found", (error) => error instanceof AddrInfoError ? error.code : error.name);
    });
    assertEquals(started, [0, 1, 2, 3]);
    controller.abort();
    assertEquals([await outcomes[0], await outcomes[5]], ["AbortError", "AbortError"]);
    assertEquals(started.length, 4);
    while (pending.length > 0) {
      pending.shift()!(-3);
      await settle();
    }
    assertEquals(started, [0, 1, 2, 3, 4, 6, 7, 8, 9]);
    assertEquals(new Set(await Promise.all(outcomes)), new Set(["AbortError", "EAI_AGAIN"]));
    const error = await assertRejects(
      () => getNameInfo({ hostname: "::1", port: 1 }, { timeoutMs: 1 }),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
    pending.shift()!(-3);
    await settle();
  });
});

testWith({}, "an aborted signal and timeoutMs free the caller, and nothing is left", async () => {
  const { pending, started, changes } = scripted();
  await withLibc(changes, async () => {
    const reason = new Error("before");
    const aborted = AbortSignal.abort(reason);
    assertEquals(
      await assertRejects(() => getAddrInfo("a.test", null, { signal: aborted })),
      reason,
    );
    assertEquals(started, []);
    const error = await assertRejects(
      () => getAddrInfo("b.test", null, { timeoutMs: 1 }),
      DOMException,
    );
    assertEquals(error.name, "TimeoutError");
    for (const { end } of pending) end(-3);
    await settle();
  });
});

testWith(glibc, "a terminated Worker's lookups harm nobody", async () => {
  for (let i = 0; i < 5; i++) {
    const worker = new Worker(new URL("./_worker.ts", import.meta.url), { type: "module" });
    await new Promise((resolve) => worker.onmessage = resolve);
    const [{ address }] = await getAddrInfo("localhost", i);
    worker.terminate();
    assertEquals(address.port, i);
  }
  await Promise.all(Array.from({ length: 200 }, (_, i) => getAddrInfo("localhost", i)));
});
