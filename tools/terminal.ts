/** A terminal that programs type into and read, by tmux: for tests and recordings. */

/** A program in a terminal of its own. */
export class Terminal implements AsyncDisposable {
  readonly #server = `sock-test-${crypto.randomUUID()}`;

  /** Starts it. */
  static async open(
    command: readonly string[],
    { columns = 120, rows = 40 }: { columns?: number; rows?: number } = {},
  ): Promise<Terminal> {
    const terminal = new Terminal();
    await terminal.#tmux(
      ...["-f", "/dev/null", "new-session", "-d", "-x", `${columns}`, "-y", `${rows}`],
      ...command,
    );
    return terminal;
  }

  async #tmux(...args: string[]): Promise<string> {
    const { stdout } = await new Deno.Command("tmux", {
      args: ["-L", this.#server, ...args],
      env: { TERM: "xterm-256color", LC_ALL: "C.UTF-8" },
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout);
  }

  /** Types text. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", "--", text);
  }

  /** Presses keys by tmux's names: `"Tab"`, `"Enter"`, `"C-c"`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** What is on the screen; with `styles`, as it was sent. */
  async screen(styles = false): Promise<string> {
    return await this.#tmux("capture-pane", "-p", ...(styles ? ["-e"] : []));
  }

  /** Waits until the screen matches; the screen. */
  async shows(pattern: RegExp, styles = false): Promise<string> {
    let screen = "";
    for (let tries = 0; tries < 300; tries++) {
      screen = await this.screen(styles);
      if (pattern.test(screen)) return screen;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the terminal never shows ${pattern}:\n${screen}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }
}
