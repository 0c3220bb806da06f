import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parseAddress, SCHEMES } from "../../cli/address_argument.ts";
import { optionsOf, parseArguments } from "../../cli/command.ts";
import { commandHelp, overview } from "../../cli/help.ts";
import { COMMANDS } from "../../cli/main.ts";

Deno.test("the overview lists every command and every kind of address", () => {
  const text = overview(COMMANDS);
  for (const { name, summary } of COMMANDS) {
    assertStringIncludes(text, `  ${name} `);
    assertStringIncludes(text.replaceAll(/\s+/g, " "), summary);
  }
  for (const scheme of Object.keys(SCHEMES)) assertStringIncludes(text, `  ${scheme}:`);
});

for (const command of COMMANDS) {
  Deno.test(`the help of ${command.name} shows every option, an example and the exit codes, in 80 columns`, () => {
    const text = commandHelp(command);
    for (const { name, short } of optionsOf(command)) {
      assertMatch(text, new RegExp(`\\n  ${short ? `-${short}, ` : "    "}--${name}\\b`));
    }
    assertMatch(text, /\nExamples:\n {2}.*sock /);
    assertMatch(text, /\nExit codes:\n {2}0 /);
    for (const line of text.split("\n")) {
      if (!line.includes("sock ")) assertEquals(line.length <= 80, true, line);
    }
  });

  Deno.test(`the examples of ${command.name} are command lines it takes`, () => {
    for (const [line] of command.examples) {
      const own = line.slice(line.indexOf(`sock ${command.name}`)).replace(
        / (\d?>>?|<|\|) .*$/,
        "",
      );
      const words = Array.from(own.matchAll(/'[^']*'|\S+/g), ([word]) => word.replaceAll("'", ""));
      const args = parseArguments(command, words.slice(2));
      if (command.addresses) { for (const operand of args.operands) parseAddress(operand); }
    }
  });
}
