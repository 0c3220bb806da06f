import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { SCHEMES } from "../../cli/address.ts";
import { optionsOf, wordsOf } from "../../cli/command.ts";
import { COMMANDS } from "../../cli/_commands.ts";
import { testWith } from "../_tools.ts";
import { runSock, runTool } from "./_sock.ts";
import { Terminal } from "../../tools/terminal.ts";

/** A folder with the scripts of all shells. */
async function withScripts(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [shell, name] of [["bash", "sock.bash"], ["zsh", "_sock"], ["fish", "sock.fish"]]) {
      const { code, out } = await runSock(["completions", shell], "", { permissions: [] });
      assertEquals(code, 0);
      await Deno.writeTextFile(`${folder}/${name}`, out);
    }
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Types as a person who knows half of each word, and lets the shell find the other. */
async function typesHalf(terminal: Terminal, folder: string): Promise<void> {
  await terminal.type("sock con");
  await terminal.press("Tab");
  await terminal.shows(/sock connect/);
  await terminal.type("--eng");
  await terminal.press("Tab");
  await terminal.shows(/--engine/);
  await terminal.type(" l");
  await terminal.press("Tab");
  await terminal.shows(/--engine +libc/);
  await terminal.type(" seq");
  await terminal.press("Tab");
  await terminal.shows(/ seqpacket:/);
  await terminal.type(`${folder}/a-so`);
  await terminal.press("Tab");
  await terminal.shows(/\/a-socket/);
  await terminal.press("C-u");
  await terminal.type("sock can pl");
  await terminal.press("Tab");
  await terminal.shows(/sock can play/);
  await terminal.type("--spe");
  await terminal.press("Tab");
  await terminal.shows(/sock can play +--speed/);
}

testWith(
  { tools: ["tmux", "bash"] },
  "bash completes commands, options, values, addresses and paths",
  () =>
    withScripts(async (folder) => {
      await Deno.writeTextFile(`${folder}/a-socket`, "");
      await using terminal = await Terminal.open(["bash", "--norc", "--noprofile", "-i"]);
      await terminal.type(`PS1='$ '; source ${folder}/sock.bash; clear`);
      await terminal.press("Enter");
      await terminal.shows(/^\$\s*$/m);
      await typesHalf(terminal, folder);
    }),
);

testWith(
  { tools: ["tmux", "zsh"] },
  "zsh completes commands, options, values, addresses and paths",
  () =>
    withScripts(async (folder) => {
      await Deno.writeTextFile(`${folder}/a-socket`, "");
      await using terminal = await Terminal.open(["zsh", "-f", "-i"]);
      await terminal.type(
        `PS1='$ '; fpath=(${folder} $fpath); autoload -U compinit; compinit -u -D; clear`,
      );
      await terminal.press("Enter");
      await terminal.shows(/^\$\s*$/m);
      await typesHalf(terminal, folder);
    }),
);

testWith(
  { tools: ["fish"] },
  "fish completes every command, option and kind of address, with what they are",
  () =>
    withScripts(async (folder) => {
      const complete = async (line: string) => {
        const { code, out } = await runTool("fish", [
          "--no-config",
          "-c",
          `source ${folder}/sock.fish; complete -C ${JSON.stringify(line)}`,
        ]);
        assertEquals(code, 0);
        return out.trim().split("\n").map((row) => row.split("\t"));
      };
      for (const row of COMMANDS) {
        const words = wordsOf(row);
        const before = words.slice(0, -1).map((word) => `${word} `).join("");
        const names = new Map(await complete(`sock ${before}`) as [string, string][]);
        assertEquals(names.get(words.at(-1)!), row.summary);
      }
      assertEquals(
        new Map(await complete("sock c") as [string, string][]).get("can"),
        "dump, send, play",
      );
      assertEquals((await complete("sock can dump -")).some(([word]) => word === "--count"), true);
      for (const row of COMMANDS) {
        const command = await row.load();
        const options = new Map(await complete(`sock ${row.name} --`) as [string, string][]);
        for (const { name, help } of optionsOf(command)) {
          assertStringIncludes(help, options.get(`--${name}`) ?? "missing", name);
        }
      }
      assertEquals((await complete("sock echo --engine ")).map(([word]) => word), ["deno", "libc"]);
      const schemes = (await complete("sock listen ")).map(([word]) => word);
      for (const { name } of SCHEMES) assert(schemes.includes(`${name}:`), name);
    }),
);

testWith(
  { tools: ["man", "groff"] },
  "the manual is a page that man reads without a warning, and it has everything",
  async () => {
    const { code, out } = await runSock(["manual"], "", { permissions: [] });
    assertEquals(code, 0);
    const file = await Deno.makeTempFile({ suffix: ".1" });
    await Deno.writeTextFile(file, out);
    const { stdout, stderr } = await new Deno.Command("man", {
      args: ["--warnings", "-l", file],
      env: { MANWIDTH: "300", LC_ALL: "C.UTF-8", MAN_KEEP_FORMATTING: "", PAGER: "cat" },
    }).output();
    await Deno.remove(file);
    assertEquals(new TextDecoder().decode(stderr), "");
    // deno-lint-ignore no-control-regex -- bold by overstriking
    const text = new TextDecoder().decode(stdout).replaceAll(/.\x08/g, "").replaceAll(/\s+/g, " ");
    for (const row of COMMANDS) {
      const command = await row.load();
      assertStringIncludes(text, `sock ${row.name} ${command.usage.replaceAll("…", "...")}`.trim());
      for (const { name } of optionsOf(command)) assertStringIncludes(text, `--${name}`);
      for (const [line] of command.examples) {
        assertStringIncludes(text, line.replaceAll(/\s+/g, " ").replaceAll("…", "..."));
      }
      for (const { event, help } of command.events) {
        assertStringIncludes(
          text,
          `${help.split(";")[0]}`,
          event,
        );
      }
    }
    for (const { name, form } of SCHEMES) assertStringIncludes(text, `${name}:${form}`);
    assertMatch(text, /NO_COLOR/);
  },
);

Deno.test("completions of another shell are refused", async () => {
  const { code, err } = await runSock(["completions", "tcsh"]);
  assertEquals(code, 2);
  assertMatch(err, /bash, zsh, fish/);
});
