/**
 * The command `sock`: sockets of every family on the command line.
 *
 * ```sh
 * deno install -g -A -n sock jsr:@berkeley/sockets/cli
 * sock listen tcp:9000
 * sock ping -c 3 10.0.0.1
 * ```
 *
 * Run it as `deno run -A jsr:@berkeley/sockets/cli COMMAND …`, or install it:
 * `deno install -gA -n sock jsr:@berkeley/sockets/cli`. `sock --help` lists the commands. Instead of
 * `-A`, give the permissions that the command at hand asks for: `--allow-net=HOST:PORT` for
 * `sock connect tcp:HOST:PORT`, `--allow-run` for `--exec`. (From a checkout, `--allow-read` of its
 * folder too: each command is loaded when it is asked for. For the same reason `deno compile` needs
 * `--include` for the package's files.)
 *
 * @module
 */
import { main } from "./_main.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));
