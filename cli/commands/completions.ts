/**
 * `sock completions`: what makes a shell complete the command line.
 *
 * @module
 */
import { type Arguments, type Command, loadAll, type Session } from "../command.ts";
import { bashScript } from "../completions/bash.ts";
import { fishScript } from "../completions/fish.ts";
import { zshScript } from "../completions/zsh.ts";
import { EXIT, UsageError } from "../exit.ts";
import { printLine } from "../json.ts";

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const;

/** The command. */
export const completionsCommand: Command = {
  usage: Object.keys(SHELLS).join("|"),
  operands: [1, 1],
  description: [
    "Prints a script for the shell that completes commands, options, their values and kinds of " +
    "address. For zsh, its file has to be named _sock, in a folder of $fpath.",
  ],
  options: [],
  events: [],
  examples: [
    [
      "sock completions bash > ~/.local/share/bash-completion/completions/sock",
      "For bash, from the next one on.",
    ],
    ["sock completions zsh > ~/.zfunc/_sock", "For zsh, with ~/.zfunc in $fpath before compinit."],
    ["sock completions fish > ~/.config/fish/completions/sock.fish", "For fish."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const [shell] = args.operands;
    if (!Object.hasOwn(SHELLS, shell)) {
      throw new UsageError(`there are completions for ${Object.keys(SHELLS).join(", ")} alone`);
    }
    const commands = await loadAll(session.commands);
    await printLine(SHELLS[shell as keyof typeof SHELLS](commands).trimEnd());
    return EXIT.ok;
  },
};
