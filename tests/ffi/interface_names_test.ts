/** Names of interfaces are asked for so seldom that they cost nothing, and so often that they are right. */
import { assert, assertEquals } from "@std/assert";
import { libc, replaceLibc } from "../../ffi/abi/library.ts";
import { INTERFACES } from "../../ffi/resolver/interface_names.ts";
import { testWith } from "../_tools.ts";

testWith({}, "a name is asked for once in a while, and a new one is heard of soon", () => {
  const before = libc();
  let calls = 0;
  let name = "one0";
  replaceLibc({
    ...before,
    if_indextoname(_index, text) {
      calls++;
      (text as Uint8Array).set(new TextEncoder().encode(`${name}\0`));
      return 1n;
    },
  });
  try {
    for (let i = 0; i < 10_000; i++) assertEquals(INTERFACES.toName(77_777), "one0");
    assert(calls < 5000, `${calls} calls for 10000 names`);
    name = "two0";
    const end = performance.now() + 5;
    while (performance.now() < end);
    assertEquals(INTERFACES.toName(77_777), "two0");
  } finally {
    replaceLibc(before);
  }
});
