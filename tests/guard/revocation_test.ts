/** A permission that is revoked is missing from then on, also for what is under way. */
import { assertEquals } from "@std/assert";
import { testWith } from "../_tools.ts";
import { NO, others, outcomes } from "./_ways.ts";

const privileged = { root: true, netns: true };

testWith(privileged, "a revoked permission stops what is under way, a batch later", async () => {
  const got = await outcomes(
    `{
      ping: () => until(raw.ping("127.0.0.1", { intervalMs: 10 })),
      sweep: () => until(raw.sweep(many(), { ratePerSecond: 2000, window: 64 })),
      flood: () => until(raw.ping("127.0.0.1", { flood: true, intervalMs: 10 })),
    }`,
    ["--allow-net"],
    {
      imports: `
        const many = function* () { for (let i = 1; i < 250; i++) yield "127.0.1." + i; };
        let revoked = false;
        const until = async (iterable) => {
          for await (const _ of iterable) {
            if (revoked) continue;
            revoked = true;
            Deno.permissions.revokeSync({ name: "net" });
          }
        };`,
    },
  );
  assertEquals(others(got, NO), {});
  const trace = await outcomes(
    `{
      traceroute: async () => {
        for await (const _ of raw.traceroute("127.0.0.1", { probesPerHop: 3, window: 1 })) {
          Deno.permissions.revokeSync({ name: "net" });
        }
      },
    }`,
    ["--allow-net"],
  );
  assertEquals(trace, { traceroute: NO });
});

testWith({}, "a recipient that is named again is asked for again", async () => {
  const ways = `{
    revoked: async () => {
      const [a, b] = [await bound(), await bound()];
      const to = b.localAddr;
      for (let i = 0; i < 3; i++) await a.sendTo(bytes, to);
      Deno.permissions.revokeSync({ name: "net" });
      try {
        await a.sendTo(bytes, to);
      } finally {
        b.unref();
        let came = 0;
        while (await b.recvFrom({ timeoutMs: 50 }).catch(() => undefined)) came++;
        if (came !== 3) throw new Error(came + " came");
      }
    },
  }`;
  const imports = `const bound = () => s.udp.bind({ hostname: "127.0.0.1", engine: "libc" });`;
  assertEquals(await outcomes(ways, ["--allow-net"], { imports }), { revoked: NO });
});

testWith(privileged, "a revoked permission is missing where something goes on", async () => {
  const revoke = `Deno.permissions.revokeSync({ name: "net" })`;
  const net = await outcomes(
    `{
      sendMany: async () => {
        using socket = udpAt();
        await socket.sendMany((function* () {
          for (let i = 0; i < 3; i++) {
            yield { data: bytes, to };
            ${revoke};
          }
        })());
      },
    }`,
    ["--allow-net"],
    {
      imports: `const to = { hostname: "127.0.0.1", port: 9 }; const udpAt = () => s.socket(2, 2);`,
    },
  );
  assertEquals(net, { sendMany: NO });
  const lazy = await outcomes(
    `{
      uevents: async () => {
        const events = s.netlink.uevents({ signal: AbortSignal.timeout(200) });
        ${revoke};
        await events.next();
      },
    }`,
    ["--allow-net"],
  );
  assertEquals(lazy, { uevents: NO });
  const tables = await outcomes(
    `{
      monitor: async () => {
        let events = 0;
        for await (const _ of s.netlink.monitor({ groups: ["links"] })) {
          if (events++ > 0) continue;
          Deno.permissions.revokeSync({ name: "sys", kind: "networkInterfaces" });
          setTimeout(() => new Deno.Command("ip", { args: ["link", "set", "lo", "down"] }).output());
        }
      },
    }`,
    ["--allow-sys=networkInterfaces", "--allow-run"],
  );
  assertEquals(tables, { monitor: NO });
});

/** A namespace where a name has two addresses, as its own file of hosts says. */
const TWO = [
  ...["unshare", "-nm", "sh", "-ec"],
  `ip link set lo up
  mount -t tmpfs none /mnt
  printf '127.0.0.2 two.test\\n127.0.0.3 two.test\\n' > /mnt/hosts
  mount --bind /mnt/hosts /etc/hosts
  exec "$@"`,
  "sh",
];

testWith(
  privileged,
  "a connect that races addresses takes no other one without its permission",
  async () => {
    const ways = `{
    race: async () => {
      // A queue that is full answers no SYN: the first address keeps whoever connects waiting.
      const full = socket(2, 1);
      await full.bind({ hostname: "127.0.0.2", port: 0 });
      full.listen(0);
      const { port } = full.localAddr;
      for (let i = 0; i < 4; i++) socket(2, 1).connect({ hostname: "127.0.0.2", port }).catch(() => {});
      const other = tcp.listen({ hostname: "127.0.0.3", port, engine: "libc" });
      await after(50);
      const connecting = tcp.connect({ hostname: "two.test", port, engine: "libc", timeoutMs: 5000 });
      await after(50);
      if (!KEEP) Deno.permissions.revokeSync({ name: "net" });
      try {
        (await connecting).close();
      } finally {
        const listener = await other;
        const came = await listener.accept({ timeoutMs: 300 }).then(() => 1, () => 0);
        if (came !== (KEEP ? 1 : 0)) throw new Error(came + " came");
      }
    },
    pending: async () => {
      const full = socket(2, 1);
      await full.bind({ hostname: "127.0.0.2", port: 0 });
      full.listen(0);
      const { port } = full.localAddr;
      for (let i = 0; i < 4; i++) socket(2, 1).connect({ hostname: "127.0.0.2", port }).catch(() => {});
      await after(50);
      const connecting = tcp.connect({ hostname: "127.0.0.2", port, engine: "libc" });
      connecting.catch(() => {});
      await after(50);
      if (!KEEP) Deno.permissions.revokeSync({ name: "net" });
      // Its next SYN is answered.
      const accepting = (async () => { for (;;) await full.accept(); })();
      accepting.catch(() => {});
      (await connecting).close();
    },
    lookup: async () => {
      const listener = await tcp.listen({ hostname: "127.0.0.2", port: 0, engine: "libc" });
      const { port } = listener.localAddr;
      const connecting = tcp.connect({ hostname: "two.test", port, engine: "libc" });
      if (!KEEP) Deno.permissions.revokeSync({ name: "net" });
      try {
        (await connecting).close();
      } finally {
        const came = await listener.accept({ timeoutMs: 100 }).then(() => 1, () => 0);
        if (came !== (KEEP ? 1 : 0)) throw new Error(came + " came");
      }
    },
  }`;
    for (const name of ["race", "pending", "lookup"]) {
      for (const keep of [true, false]) {
        const imports = `const KEEP = ${keep};
        const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`;
        const one =
          `Object.fromEntries(Object.entries(${ways}).filter(([way]) => way === "${name}"))`;
        const got = await outcomes(one, ["--allow-net"], { imports, prefix: TWO });
        assertEquals(got, { [name]: keep ? "ok" : NO }, `kept: ${keep}`);
      }
    }
  },
);

testWith(
  privileged,
  "a send that waits for room is not sent once its permission is gone",
  async () => {
    const ways = `{
    sendTo: (a, to) => a.sendTo(bytes, to),
    // deno-lint-ignore require-await
    sendMany: async (a, to) => a.sendMany([{ data: bytes, to }, { data: bytes, to }]),
    socket: (a, to) => endpoint(a).sendTo(bytes, to),
  }`;
    const imports = `
    const dir = Deno.makeTempDirSync();
    const bound = (name) => unix.bind({ path: dir + "/" + name, engine: "libc" });
    const endpoint = (a) => s.Socket.fromFd(a.detach());
    const tried = async (send) => {
      const [a, b] = [await bound("a"), await bound("b")];
      const to = b.localAddr;
      let filled = 0;
      // Whoever waits longer than a moment waits for room.
      while (await a.sendTo(bytes, to, { timeoutMs: 50 }).then(() => true, () => false)) filled++;
      const waiting = send(a, to);
      waiting.catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
      if (!KEEP) Deno.permissions.revokeSync({ name: GONE });
      let came = 0;
      while (await b.recvFrom({ timeoutMs: 200 }).then(() => true, () => false)) came++;
      try {
        await waiting;
      } finally {
        if (!KEEP && came !== filled) throw new Error((came - filled) + " were sent");
      }
    };`;
    for (const name of ["sendTo", "sendMany", "socket"]) {
      const one = `{ ${name}: () => tried(${ways}.${name}) }`;
      for (const gone of [undefined, "net", "write"]) {
        const set = `const KEEP = ${gone === undefined}; const GONE = "${gone}";`;
        const flags = ["--allow-net", "--allow-read", "--allow-write"];
        const got = await outcomes(one, flags, { imports: set + imports });
        assertEquals(got, { [name]: gone === undefined ? "ok" : NO }, `${name} without ${gone}`);
      }
    }
  },
);
