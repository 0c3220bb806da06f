import { assert, assertEquals } from "@std/assert";
import { detectPlatform } from "../../ffi/abi/platform.ts";
import { testWith } from "../_tools.ts";
import { run } from "./_tools.ts";

const CHILD = new URL("./_child_permission.ts", import.meta.url).pathname;

type Tried = [what: string, host: string | null, port: number | null];

/** What a child with these flags gets. */
async function tried(flags: string[], cases: Tried[]): Promise<string[]> {
  const args = ["run", "--no-prompt", ...flags, CHILD, JSON.stringify(cases)];
  return JSON.parse(await run(Deno.execPath(), args));
}

function assertRefused(result: string, flag: string): void {
  assert(result.startsWith("NotCapable: "), result);
  assert(result.includes(flag), result);
}

testWith(
  {},
  "a lookup takes --allow-ffi, and says so; an address in text takes nothing",
  async () => {
    const [name, loopback, numeric, text] = await tried(["--allow-net"], [
      ["addr", "localhost", 80],
      ["addr", null, 80],
      ["addr", "127.0.0.1", 80],
      ["numeric", "127.0.0.1", 80],
    ]);
    assertRefused(name, "--allow-ffi");
    assertRefused(loopback, "--allow-ffi");
    assertEquals([numeric, text], ["found", "found"]);
  },
);

testWith(
  {},
  "FFI is no way around --allow-net: a name takes it, an address in text does not",
  async () => {
    const [name, loopback, oldForm, numeric, reverse] = await tried(["--allow-ffi"], [
      ["addr", "localhost", 80],
      ["addr", null, 80],
      ["addr", "127.1", null],
      ["addr", "127.0.0.1", 80],
      ["name", "127.0.0.1", 80],
    ]);
    assertRefused(name, "--allow-net=localhost:80");
    assertEquals(loopback, "found");
    // To libc an address, to Deno's permissions a host like any other.
    assertRefused(oldForm, "--allow-net=127.0.0.1");
    assertEquals(numeric, "found");
    assertRefused(reverse, "--allow-net=127.0.0.1:80");
  },
);

testWith({}, "a name is allowed with its port, or as a whole", async () => {
  const cases: Tried[] = [
    ["addr", "localhost", 80],
    ["addr", "localhost", 81],
    ["addr", "localhost", null],
    ["addr", "other.invalid", 80],
  ];
  const port = await tried(["--allow-ffi", "--allow-net=localhost:80"], cases);
  assertEquals(port[0], "found");
  assertRefused(port[1], "--allow-net=localhost:81");
  assertRefused(port[2], "--allow-net=localhost");
  assertRefused(port[3], "--allow-net=other.invalid:80");
  const whole = await tried(["--allow-ffi", "--allow-net=localhost"], cases);
  assertEquals(whole.slice(0, 3), ["found", "found", "found"]);
  assertRefused(whole[3], "--allow-net=other.invalid:80");
});

testWith(
  {},
  "an IPv6 address and a name that is not ASCII are asked for as Deno writes them",
  async () => {
    const cases: Tried[] = [["name", "::1", 80], ["addr", "münchen.invalid", 80]];
    const [reverse, name] = await tried(["--allow-ffi"], cases);
    assertRefused(reverse, "--allow-net=[::1]:80");
    assertRefused(name, "--allow-net=xn--mnchen-3ya.invalid:80");
  },
);

testWith({}, "--deny-net holds against --allow-net", async () => {
  const flags = ["--allow-ffi", "--allow-net", "--deny-net=localhost"];
  const [denied, numeric] = await tried(flags, [
    ["addr", "localhost", 80],
    ["addr", "127.0.0.1", 80],
  ]);
  assertRefused(denied, "localhost");
  assertEquals(numeric, "found");
});

testWith(
  {},
  "a name that Deno's permissions cannot express takes the whole of --allow-net",
  async () => {
    const hosts = ["a b", "localhost/x", "localhost@x", "user:x@localhost", "x#localhost", "a?b"];
    const cases = hosts.map((host): Tried => ["addr", host, 80]);
    const results = await tried(["--allow-ffi", "--allow-net=localhost,x,b,a"], cases);
    for (const result of results) assertRefused(result, "--allow-net");
  },
);

testWith({}, "a path-scoped --allow-ffi is enough for every lookup", async () => {
  const path = detectPlatform().paths.find((each) => {
    try {
      return Deno.statSync(each).isFile;
    } catch {
      return false;
    }
  });
  const flags = [`--allow-ffi=${path}`, "--allow-net", "--allow-sys=networkInterfaces,hostname"];
  const cases: Tried[] = [
    ["addr", "localhost", 80],
    ["addr", null, 80],
    ["name", "127.0.0.1", 80],
    ["interfaces", null, null],
    ["hostname", null, null],
  ];
  assertEquals(await tried(flags, cases), cases.map(() => "found"));
});

testWith({}, "interfaces() and hostname() take the permissions of the built-ins", async () => {
  const cases: Tried[] = [["interfaces", null, null], ["hostname", null, null]];
  const [interfaces, hostname] = await tried(["--allow-ffi"], cases);
  assertRefused(interfaces, "--allow-sys=networkInterfaces");
  assertRefused(hostname, "--allow-sys");
});
