/** The real servers of Debian's packages, each with a throw-away configuration. */
import * as tcp from "../../tcp/mod.ts";
import { which } from "../_tools.ts";

/** A running server. */
export interface Daemon extends AsyncDisposable {
  port: number;
  /** Of its Unix socket, where it has one. */
  path: string;
  /** Its scratch directory. */
  directory: string;
}

/** A TCP port of loopback that nobody has. */
export async function freePort(): Promise<number> {
  using listener = await tcp.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.localAddr.port;
}

/** PostgreSQL's programs are not on PATH in Debian. */
export function postgresProgram(name: string): string | undefined {
  const root = "/usr/lib/postgresql";
  try {
    for (const { name: version } of Deno.readDirSync(root)) {
      const path = `${root}/${version}/bin/${name}`;
      if (which(path)) return path;
    }
  } catch {
    // not installed
  }
}

async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** PostgreSQL as the user postgres, who trusts everyone. */
export async function startPostgres(): Promise<Daemon> {
  const as = ["-u", "postgres", "--"];
  const directory = (await run("runuser", ...as, "mktemp", "-d", "/tmp/sockets-pg-XXXXXX")).trim();
  const data = `${directory}/data`;
  const port = await freePort();
  const initdb = postgresProgram("initdb")!;
  await run("runuser", ...as, initdb, "-D", data, "-A", "trust", "-U", "tester", "--no-sync");
  const options = `-k ${directory} -c listen_addresses=127.0.0.1 -p ${port} -F`;
  const pgCtl = postgresProgram("pg_ctl")!;
  const log = ["-l", `${directory}/log`];
  await run("runuser", ...as, pgCtl, "-D", data, ...log, "-w", "-o", options, "start");
  return {
    port,
    path: `${directory}/.s.PGSQL.${port}`,
    directory,
    async [Symbol.asyncDispose]() {
      await run("runuser", ...as, pgCtl, "-D", data, "-m", "immediate", "stop");
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Redis without persistence. */
export async function startRedis(): Promise<Daemon> {
  const directory = await Deno.makeTempDir({ prefix: "sockets-redis-" });
  const port = await freePort();
  const path = `${directory}/redis.sock`;
  return await spawned("redis-server", [
    ...["--port", `${port}`, "--bind", "127.0.0.1", "--unixsocket", path, "--dir", directory],
    ...["--save", "", "--appendonly", "no"],
  ], { port, path, directory });
}

/** OpenSSH with a host key and one user key of its own. */
export async function startSshd(): Promise<Daemon> {
  const directory = await Deno.makeTempDir({ prefix: "sockets-ssh-" });
  const port = await freePort();
  await Deno.mkdir("/run/sshd", { recursive: true });
  for (const name of ["host", "user"]) {
    await run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", `${directory}/${name}`);
  }
  await Deno.writeTextFile(
    `${directory}/config`,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${directory}/host`,
      `AuthorizedKeysFile ${directory}/user.pub`,
      `PidFile ${directory}/pid`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "StrictModes no",
      "UsePAM no",
      "Subsystem sftp internal-sftp",
    ].join("\n"),
  );
  const args = ["-D", "-e", "-f", `${directory}/config`];
  return await spawned("/usr/sbin/sshd", args, { port, path: "", directory });
}

async function spawned(
  command: string,
  args: readonly string[],
  about: { port: number; path: string; directory: string },
): Promise<Daemon> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const daemon = {
    ...about,
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
      await child.status;
      await Deno.remove(about.directory, { recursive: true });
    },
  };
  try {
    await untilListening(about.port, child);
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
  return daemon;
}

/** No server tells when it listens: asks until it does. */
async function untilListening(port: number, child: Deno.ChildProcess): Promise<void> {
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended) {
    try {
      return (await tcp.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("the server ended at once");
}
