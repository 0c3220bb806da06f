/**
 * Records `sock` in a terminal as docs/sock.svg. Needs tmux, bash and unshare; all traffic stays in a
 * network namespace of its own.
 */
import { type Frame, recordingSvg } from "./recording_svg.ts";
import { Terminal } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const FILE = `${ROOT}docs/sock.svg`;
const SIZE = { columns: 84, rows: 22 };
const KEY_MS = 45;
const READ_MS = 1400;
const SAMPLE_MS = 60;

/** What is typed, and what tells that it is done. */
const PROMPT = /\$\s*$/;
const SCENES: readonly (readonly [line: string, done: RegExp])[] = [
  ["sock listen -q -k tcp:8080 --exec cat -n &", PROMPT],
  ["echo hello | sock connect tcp:localhost:8080 --hex", /1 {2}hello\s*\n\$\s*$/],
  ["sock relay -q tls:8443 tcp:localhost:8080 --cert cert.pem --key key.pem &", PROMPT],
  ["echo secret | sock connect tls:localhost:8443 --ca cert.pem", /1 {2}secret\s*\n\$\s*$/],
  ["clear", /^\$\s*$/],
  ["sock scan localhost 8000-8999", /1000 ports.*\n/],
  ["sock ping -q -c 20 -i 10ms 127.0.0.1 ::1", /\n::1 .*\n/],
  ["sock sweep 127.0.0.0/24 2>&1 >/dev/null | head -1", /254 alive/],
  ["sock conect tcp:localhost:8080", /Try "sock/],
];

/** Watches a terminal until it is stopped; each screen with how long it was there. */
class Watch {
  readonly frames: { screen: string; durationMs: number }[] = [];
  #running = true;
  readonly #ended: Promise<void>;

  constructor(terminal: Terminal) {
    this.#ended = this.#run(terminal);
  }

  async #run(terminal: Terminal): Promise<void> {
    let lastMs = performance.now();
    while (this.#running) {
      const screen = (await terminal.screen(true)).trimEnd();
      const now = performance.now();
      const last = this.frames.at(-1);
      if (last !== undefined) last.durationMs += now - lastMs;
      lastMs = now;
      if (last?.screen !== screen) this.frames.push({ screen, durationMs: 0 });
      await pause(SAMPLE_MS);
    }
  }

  async stop(): Promise<Frame[]> {
    this.#running = false;
    await this.#ended;
    return this.frames.map(({ screen, durationMs }) => ({
      screen,
      durationMs: Math.round(Math.min(Math.max(durationMs, 30), 2000)),
    }));
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A folder with what the scenes use: `sock` on PATH, a certificate. */
async function stage(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const sock = `#!/bin/sh\nexec '${Deno.execPath()}' run -A '${ROOT}cli/mod.ts' "$@"\n`;
  await Deno.writeTextFile(`${folder}/sock`, sock, { mode: 0o755 });
  await Deno.writeTextFile(
    `${folder}/rc`,
    `PS1='$ '; PATH=${folder}:$PATH; cd ${folder}; set +m; clear\n`,
  );
  await new Deno.Command("openssl", {
    args: [
      ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split(" "),
      ..."-keyout key.pem -out cert.pem -subj /CN=localhost".split(" "),
      ..."-addext subjectAltName=DNS:localhost".split(" "),
    ],
    cwd: folder,
    stdout: "null",
    stderr: "null",
  }).output();
  return folder;
}

if (import.meta.main) {
  const folder = await stage();
  try {
    const shell = `ip link set lo up; exec bash --rcfile ${folder}/rc -i`;
    await using terminal = await Terminal.open(["unshare", "-rn", "sh", "-c", shell], SIZE);
    await terminal.shows(/^\$\s*$/);
    const watch = new Watch(terminal);
    for (const [line, done] of SCENES) {
      for (const key of line) {
        await terminal.type(key);
        await pause(KEY_MS);
      }
      await terminal.press("Enter");
      await terminal.shows(done);
      await pause(READ_MS);
      // The shell tells the number of a job over its prompt.
      if (line.endsWith("&")) await terminal.press("Enter");
    }
    const frames = await watch.stop();
    await Deno.writeTextFile(FILE, recordingSvg(frames, { ...SIZE, title: "sock in a terminal" }));
    console.log(`${FILE}: ${frames.length} screens`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
