/**
 * Completions for zsh.
 *
 * @module
 */
import { SCHEMES } from "../address.ts";
import {
  actionsOf,
  firstWords,
  type NamedCommand,
  optionsOf,
  type OptionSpec,
  wordsOf,
} from "../command.ts";

/**
 * Makes the script.
 *
 * @param commands All commands.
 * @returns The function `_sock`, to be autoloaded from a file of that name.
 */
export function zshScript(commands: readonly NamedCommand[]): string {
  const rows = commands.map(({ row }) => row);
  const alone = commands.filter(({ row }) => wordsOf(row).length === 1);
  const groups = firstWords(rows).filter((name) => actionsOf(name, rows).length > 0);
  const described = [
    ...alone.map(({ row }) => quote(`${row.name}:${row.summary}`)),
    ...groups.map((name) => quote(`${name}:${actionsOf(name, rows).join(", ")}`)),
  ].join("\n    ");
  const schemes = SCHEMES.map(({ name, help }) => quote(`${name}:${help}`)).join("\n    ");
  return `#compdef sock
# Completions of sock for zsh.
_sock_commands() {
  local -a commands=(
    ${described}
  )
  _describe -t commands command commands
}
${groups.map((name) => groupList(name, commands)).join("")}_sock_address() {
  if compset -P '*:'; then
    case $IPREFIX in
      (${
    SCHEMES.filter(({ form }) => form === "PATH").map(({ name }) => `*${name}:`).join("|")
  }) _files ;;
      (*) _hosts ;;
    esac
    return
  fi
  local -a schemes=(
    ${schemes}
  )
  _describe -t schemes 'kind of address' schemes -S :
}
_sock() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C \\
    '(- *)'{-h,--help}'[show help]' \\
    '(- *)'{-V,--version}'[show the version]' \\
    '1: :_sock_commands' \\
    '*:: :->arguments' && return
  case $words[1] in
    (help) _sock_commands ;;
${alone.map((command) => commandCase(command)).join("\n")}
${groups.map((name) => groupCase(name, commands)).join("\n")}
  esac
}
_sock "$@"
`;
}

/** Commands that share their first word. */
function groupCase(first: string, commands: readonly NamedCommand[]): string {
  const own = commands.filter(({ row }) => wordsOf(row)[0] === first);
  return `    (${first})
      _arguments -C \\
        '1: :_sock_${first}' \\
        '*:: :->arguments' && return
      case $words[1] in
${own.map((command) => commandCase(command)).join("\n")}
      esac ;;`;
}

/** What lists their second words. */
function groupList(first: string, commands: readonly NamedCommand[]): string {
  const described = commands.filter(({ row }) => wordsOf(row)[0] === first)
    .map(({ row }) => quote(`${wordsOf(row)[1]}:${row.summary}`)).join("\n    ");
  return `_sock_${first}() {
  local -a actions=(
    ${described}
  )
  _describe -t commands command actions
}
`;
}

function commandCase({ row, command }: NamedCommand): string {
  const specs = optionsOf(command).map((option) => optionSpec(option, command.restOption));
  const kind = command.addresses
    ? "address:_sock_address"
    : row.name === "completions"
    ? `shell:(${command.usage.replaceAll("|", " ")})`
    : "host:_hosts";
  const operands = command.operands[1] === 0 ? [] : [quote(`*:${kind}`)];
  return `    (${wordsOf(row).at(-1)}) _arguments -s \\\n      ${
    [...specs, ...operands].join(" \\\n      ")
  } ;;`;
}

function optionSpec(option: OptionSpec, restOption: string | undefined): string {
  const { name, short, value, choices, help, repeat } = option;
  const text = `[${help.replaceAll(/[[\]\\]/g, "\\$&")}]`;
  const values = value === undefined
    ? ""
    : name === restOption
    ? ":command:_command_names -e:*::argument:_normal"
    : `:${value.replaceAll(":", "\\:").replaceAll(/[[\]]/g, "")}:${
      choices === undefined ? "" : `(${choices.join(" ")})`
    }`;
  if (short === undefined) return quote(`${repeat ? "*" : ""}--${name}${text}${values}`);
  return repeat
    ? `${quote("*")}{-${short},--${name}}${quote(text + values)}`
    : `${quote(`(-${short} --${name})`)}{-${short},--${name}}${quote(text + values)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
