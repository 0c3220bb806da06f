/**
 * Completions for bash.
 *
 * @module
 */
import { SCHEMES } from "../address.ts";
import {
  actionsOf,
  type CommandRow,
  firstWords,
  type NamedCommand,
  optionsOf,
} from "../command.ts";

/**
 * Makes the script.
 *
 * @param commands All commands.
 * @returns What bash is to read; it works with and without the package bash-completion.
 */
export function bashScript(commands: readonly NamedCommand[]): string {
  const rows = commands.map(({ row }) => row);
  const names = firstWords(rows);
  const groups = names.filter((name) => actionsOf(name, rows).length > 0);
  const schemes = SCHEMES.map(({ name }) => `${name}:`);
  const paths = SCHEMES.filter(({ form }) => form === "PATH").map(({ name }) => name);
  return `# Completions of sock for bash.
_sock() {
  # The shell takes a colon for the end of a word; an address is one word.
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} scheme=
  if [[ $cur == : ]]; then scheme=$prev cur=
  elif [[ $prev == : ]]; then scheme=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  if [[ -n $scheme ]]; then
    case $scheme in
      ${paths.join("|")}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
    return
  fi
  if ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W '${names.join(" ")} --help --version' -- "$cur"))
    return
  fi
  local command=\${COMP_WORDS[1]}
${groups.length === 0 ? "" : groupCase(groups, rows)}  case $command in
    help) COMPREPLY=($(compgen -W '${names.join(" ")}' -- "$cur")) ;;
${commands.map((command) => commandCase(command, schemes)).join("\n")}
  esac
}
complete -F _sock sock
`;
}

/** The second word of commands that share the first. */
function groupCase(groups: readonly string[], rows: readonly CommandRow[]): string {
  const lists = groups.map((name) =>
    `      ${name}) COMPREPLY=($(compgen -W '${
      actionsOf(name, rows).join(" ")
    } --help' -- "$cur")) ;;`
  );
  return `  if ((COMP_CWORD == 2)); then
    case $command in
${lists.join("\n")}
    esac
  fi
  case $command in
    ${groups.join("|")})
      ((COMP_CWORD == 2)) && return
      command="$command \${COMP_WORDS[2]}"
      ;;
  esac
`;
}

function commandCase({ row, command }: NamedCommand, schemes: readonly string[]): string {
  const options = optionsOf(command);
  const lines: string[] = [];
  for (const { name, short, value, choices } of options) {
    if (value === undefined) continue;
    const patterns = [...(short === undefined ? [] : [`-${short}`]), `--${name}`].join("|");
    const reply = choices === undefined
      ? "return"
      : `COMPREPLY=($(compgen -W '${choices.join(" ")}' -- "$cur")); return`;
    lines.push(
      `        ${
        name === command.restOption
          ? `${patterns}) compopt -o default; return`
          : `${patterns}) ${reply}`
      } ;;`,
    );
  }
  const words = options.flatMap(({ name, short }) => [
    `--${name}`,
    ...(short === undefined ? [] : [`-${short}`]),
  ]);
  const operands = command.addresses
    ? `compopt -o nospace; COMPREPLY=($(compgen -W '${schemes.join(" ")}' -- "$cur"))`
    : row.name === "completions"
    ? `COMPREPLY=($(compgen -W '${command.usage.replaceAll("|", " ")}' -- "$cur"))`
    : 'COMPREPLY=($(compgen -A hostname -- "$cur"))';
  return `    ${row.name.includes(" ") ? `'${row.name}'` : row.name})
      case $prev in
${lines.join("\n")}${lines.length > 0 ? "\n" : ""}        *) ;;
      esac
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '${words.join(" ")}' -- "$cur"))
      else ${operands}
      fi
      ;;`;
}
