// deno-lint-ignore-file no-control-regex -- what a terminal is sent
import { assert, assertEquals, assertMatch } from "@std/assert";
import { testWith } from "../_tools.ts";
import * as unix from "../../unix/mod.ts";
import { closedPort, runSock, sockCommand } from "./_sock.ts";
import { Terminal } from "../../tools/terminal.ts";

const sock = (...args: string[]) => [Deno.execPath(), ...sockCommand(args, ["-A"])];
/** Stays open, so that the screen can be read. */
const held = (...args: string[]) => [
  ...["env", "-u", "NO_COLOR", "sh", "-c", '"$@"; echo "[$?]"; cat', "sh"],
  ...sock(...args),
];

testWith({ tools: ["tmux"] }, "on a terminal there are colours, with NO_COLOR none", async () => {
  const args = ["scan", "127.0.0.1", String(closedPort()), "--all"];
  {
    await using terminal = await Terminal.open(held(...args));
    assertMatch(await terminal.shows(/\[1\]/, true), /\x1b\[31mclosed/);
  }
  await using terminal = await Terminal.open(["env", "NO_COLOR=1", ...held(...args).slice(3)]);
  const screen = await terminal.shows(/\[1\]/, true);
  assertMatch(screen, /closed/);
  assert(!screen.includes("\x1b[3"), screen);
});

testWith({ tools: ["tmux"] }, "errors are marked on a terminal, headings stand out", async () => {
  {
    await using terminal = await Terminal.open(held("conect"));
    assertMatch(await terminal.shows(/\[2\]/, true), /\x1b\[31msock:/);
  }
  await using terminal = await Terminal.open(held("echo", "--help"), { rows: 100 });
  assertMatch(await terminal.shows(/\[0\]/, true), /\x1b\[1mOptions:/);
});

testWith(
  { tools: ["tmux"], root: true },
  "a table leaves out columns where the terminal is narrow",
  async () => {
    const args = ["ping", "-q", "-c", "1", "127.0.0.1", "127.0.0.2"];
    for (
      const [columns, head] of [
        [120, /^HOST +SENT +RECEIVED +LOSS +MIN +AVG +P50 +P99 +MAX +MDEV$/m],
        [52, /^HOST +SENT +RECEIVED +LOSS +MIN +AVG +MAX$/m],
        [30, /^HOST +SENT +LOSS +AVG$/m],
      ] as const
    ) {
      await using terminal = await Terminal.open(held(...args), { columns });
      const screen = await terminal.shows(/\[0\]/);
      assertMatch(screen, head);
      assertMatch(screen, /^127\.0\.0\.2 +1 +/m);
    }
  },
);

testWith({ tools: ["tmux"] }, "help fits a narrow terminal", async () => {
  await using terminal = await Terminal.open(held("echo", "--help"), { columns: 50, rows: 250 });
  const screen = await terminal.shows(/\[0\]/);
  const lines = screen.split("\n");
  const first = lines.findIndex((line) => line.startsWith("Serves any number"));
  assert(lines[first].length <= 50 && lines[first].length > 25, screen);
  assertEquals(lines[first + 1].startsWith(" "), false);
});

testWith(
  { tools: ["tmux"], root: true },
  "a status line keeps to one line, however narrow the terminal",
  async () => {
    const args = ["sweep", "127.0.0.0/18", "--rate", "4000"];
    const command = ["sh", "-c", '"$@" >/dev/null', "sh", ...sock(...args)];
    await using terminal = await Terminal.open(command, { columns: 30 });
    const first = await terminal.shows(/\d+ of 16/);
    const later = await terminal.shows(/(?!0) [2-9] %|\d\d %/);
    for (const screen of [first, later]) {
      assertEquals(screen.trim().split("\n").length, 1, screen);
    }
  },
);

Deno.test("names that others choose steer no terminal, and JSON holds no bare control character", async () => {
  const name = "\x1b]0;title\x07\x9b2J";
  using listener = await unix.listen({ path: `\0${Deno.pid}${name}`, engine: "libc" });
  const shown = await runSock(["sockets", "unix"]);
  assertEquals(shown.code, 0);
  assert(shown.out.includes(`@${Deno.pid}\\x1b]0;title\\x07\\x9b2J`), shown.out);
  const bare = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;
  assert(!bare.test(shown.out));
  const json = await runSock(["sockets", "unix", "--json"]);
  assert(!bare.test(json.out));
  const rows = json.out.trim().split("\n").map((line) => JSON.parse(line));
  assert(rows.some((row) => JSON.stringify(row).includes(JSON.stringify(name).slice(1, -1))));
  const failed = await runSock(["ping", name]);
  assert(failed.err.includes("\\x1b]0;title") && !bare.test(failed.err), failed.err);
  listener.close();
});
