/**
 * `sock manual`: the manual page, from the same data as the help.
 *
 * @module
 */
import { type Arguments, type Command, loadAll, type Session } from "../command.ts";
import { EXIT } from "../exit.ts";
import { printLine } from "../json.ts";
import { manualPage } from "../manual.ts";

/** The command. */
export const manualCommand: Command = {
  usage: "",
  operands: [0, 0],
  description: ["Prints the manual page of sock in roff, as man reads it."],
  options: [],
  events: [],
  examples: [
    ["sock manual | man -l -", "Read it."],
    ["sock manual > ~/.local/share/man/man1/sock.1", "Install it."],
  ],
  async run(_args: Arguments, session: Session): Promise<number> {
    await printLine(manualPage(await loadAll(session.commands)).trimEnd());
    return EXIT.ok;
  },
};
