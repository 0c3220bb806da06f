/** `sock bt scan`, with two virtual controllers in the guest. */
import { assertEquals, assertMatch } from "@std/assert";
import { libc } from "../../ffi/abi/library.ts";
import { bluetooth } from "../../mod.ts";
import { lacksControllers, openControllers } from "../bluetooth/_controllers.ts";
import { limitMs, testWith } from "../_tools.ts";
import { runSock } from "./_sock.ts";

// Opened here, or the first test to need the library would be told that it leaks it.
libc();

const NEEDS = { root: true, tools: ["gcc", "btvirt"], kernel: lacksControllers };

testWith(
  NEEDS,
  "bt scan finds a device that advertises, and one that is discoverable",
  async () => {
    await using controllers = await openControllers();
    const { near, far } = controllers;
    const scan = async (...args: string[]) => {
      const time = `${limitMs(1000)}ms`;
      const { code, out } = await runSock(["bt", "scan", "-j", ...args, "-t", time]);
      const found = out.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
      return { code, found: found.map(({ address, addressType }) => `${address} ${addressType}`) };
    };
    // By the first controller that is on.
    assertEquals(await scan("--le"), { code: 0, found: [`${far.address} lePublic`] });
    const { out } = await runSock(["bt", "scan", "--le", "-t", `${limitMs(1000)}ms`]);
    assertMatch(out, new RegExp(`^${far.address}  LE\\b`));
    {
      using management = await bluetooth.openManagement();
      await management.set(far.index, "discoverable", true);
    }
    // The last: btvirt does not always survive an inquiry that finds somebody.
    assertEquals(await scan("--classic", `hci${near.index}`), {
      code: 0,
      found: [`${far.address} bredr`],
    });
  },
);

testWith({}, "what makes no sense to bt scan is told before a controller is asked", async () => {
  for (
    const [args, message] of [
      [["eth0"], /"eth0" is no controller/],
      [["--le", "--classic"], /exclude each other/],
      [["-t", "0"], /--timeout is a time/],
    ] as const
  ) {
    const { code, err } = await runSock(["bt", "scan", ...args], "", { permissions: [] });
    assertEquals(code, 2);
    assertMatch(err, message);
  }
  assertEquals((await runSock(["bt", "scan"], "", { permissions: [] })).code, 5);
});
