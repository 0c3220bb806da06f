import { assert, assertEquals, assertMatch } from "@std/assert";
import { isRefusal } from "../../tools/demo/row.ts";

Deno.test("the demo exchanges data over every family here and ends with 0", async () => {
  const demo = new URL("../../tools/demo.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", demo],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals([code, new TextDecoder().decode(stderr).replaceAll(/^Check .*\n/gm, "")], [0, ""]);
  for (
    const row of [
      /^inet +stream +tcp +deno +127\.0\.0\.1:\d+ +127\.0\.0\.1:\d+ +[\d,]+ +[\d.]+ µs +[\d.]+ µs$/m,
      /^inet6 +stream +tcp +deno +\[::1\]:\d+/m,
      /^inet +stream +tcp, dual stack +deno /m,
      /^inet +dgram +udp +deno /m,
      /^inet6 +dgram +udp +deno /m,
      /^unix +stream +path +deno /m,
      /^unix +stream +abstract +deno .*@/m,
    ]
  ) assertMatch(text, row);
  assertMatch(text, /\n\d+ ran, \d+ refused, 0 failed\n$/);
});

Deno.test("isRefusal() tells what a machine lacks from what went wrong", () => {
  const coded = (code: string) => Object.assign(new Error("x"), { code });
  assert(isRefusal(coded("EAFNOSUPPORT")));
  assert(isRefusal(coded("EPERM")));
  assert(isRefusal(new Deno.errors.NotCapable("x")));
  assert(!isRefusal(coded("ECONNREFUSED")));
  assert(!isRefusal(coded("EINVAL")));
  assert(!isRefusal(new TypeError("x")));
});
