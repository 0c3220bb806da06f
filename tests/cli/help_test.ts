import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseAddress, SCHEMES } from "../../cli/address.ts";
import { optionsOf, wordsOf } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/_commands.ts";
import { commandHelp, overview } from "../../cli/_help.ts";
import { parseArguments } from "../../cli/_parse_arguments.ts";
import { runSock } from "./_sock.ts";

Deno.test("the overview lists every command and every kind of address", () => {
  const text = overview(COMMANDS);
  for (const { name, summary } of COMMANDS) {
    assertStringIncludes(text, `  ${name} `);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), summary);
  }
  for (const { name } of SCHEMES) assertStringIncludes(text, `  ${name}:`);
});

for (const row of COMMANDS) {
  Deno.test(`the help of ${row.name} shows every option, an example and the exit codes, in 80 columns`, async () => {
    const command = await row.load();
    const text = commandHelp(row, command);
    for (const { name, short } of optionsOf(command)) {
      assertMatch(text, new RegExp(`\\n  ${short ? `-${short}, ` : "    "}--${name}\\b`));
    }
    assertMatch(text, /\nExamples:\n {2}.*sock /);
    assertMatch(text, /\nExit codes:\n {2}0 /);
    for (const line of text.split("\n")) {
      if (!line.includes("sock ")) assertEquals(line.length <= 80, true, line);
    }
  });

  Deno.test(`the examples of ${row.name} are command lines it takes`, async () => {
    const command = await row.load();
    for (const [line] of command.examples) {
      const own = line.slice(line.indexOf(`sock ${row.name}`)).replace(
        / (\d?>>?|<|\|) .*$/,
        "",
      );
      const words = Array.from(own.matchAll(/'[^']*'|\S+/g), ([word]) => word.replaceAll("'", ""));
      const args = parseArguments(row.name, command, words.slice(1 + wordsOf(row).length));
      if (command.addresses) { for (const operand of args.operands) parseAddress(operand); }
    }
  });
}

Deno.test("a slip in a command, an option or an address is answered by what was meant", async () => {
  for (
    const [args, hint] of [
      [["conect", "tcp:1"], 'did you mean "connect"?'],
      [["resolv"], 'did you mean "resolve"?'],
      [["help", "pign"], 'did you mean "ping"?'],
      [["connect", "--timout=5", "tcp:1"], "did you mean --timeout?"],
      [["echo", "--jsno", "tcp:1"], "did you mean --json?"],
      [["echo", "tpc:1"], "did you mean tcp:?"],
      [["echo", "tcp:0", "-o", "SO_RECVBUF=1"], "did you mean SO_RCVBUF?"],
      [["--json", "connect"], "options come after the command"],
      [["can", "dmup", "vcan0"], 'did you mean "can dump"?'],
      [["can", "--json", "dump"], "options come after the command: sock can dump"],
      [["can"], "an argument is missing: sock can dump|send|play"],
    ] as const
  ) {
    const { code, err } = await runSock(args);
    assertEquals(code, 2);
    assertStringIncludes(err, hint);
  }
  const { err } = await runSock(["xyzzy"]);
  assertEquals(err, 'sock: unknown command "xyzzy"\nTry "sock --help"\n');
});

Deno.test("--version tells the version of deno.json", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const { code, out } = await runSock(["--version"], "", { permissions: [] });
  assertEquals([code, out.split(" ").slice(0, 2)], [0, ["sock", version]]);
  const told = JSON.parse((await runSock(["--version", "--json"])).out);
  assertEquals([told.event, told.version, told.json], ["version", version, 1]);
});
