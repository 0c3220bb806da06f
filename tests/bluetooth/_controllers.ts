/** Two virtual Bluetooth controllers within each other's reach, for tests in the guest. */
import { compiledC } from "../_compiled.ts";

/** A controller. */
export interface Controller {
  /** N of hciN. */
  readonly index: number;
  /** Its public address, as text. */
  readonly address: string;
}

/** The pair, until it is disposed of. */
export interface Controllers extends AsyncDisposable {
  /** Dials over Low Energy; both ways are open over BR/EDR. */
  readonly near: Controller;
  /** Advertises. */
  readonly far: Controller;
}

/** Why this machine cannot have them: what `testWith({ kernel })` takes. */
export function lacksControllers(): string | undefined {
  try {
    Deno.openSync("/dev/vhci", { read: true, write: true }).close();
  } catch {
    return "no virtual Bluetooth controllers in this kernel";
  }
}

/**
 * Makes two controllers, powered and connectable. A kernel has them for all namespaces, and tests count
 * them: who makes them waits until all others' are gone.
 *
 * @param isochronous Whether they have isochronous links (BTPROTO_ISO), and no synchronous (SCO).
 */
export async function openControllers(
  { isochronous = false }: { isochronous?: boolean } = {},
): Promise<Controllers> {
  const source = new URL("controllers.c", import.meta.url).pathname;
  const program = await compiledC(source);
  const turn = await Deno.open(source);
  await turn.lock(true);
  const child = new Deno.Command(
    program,
    { args: isochronous ? ["iso"] : [], stdin: "null", stdout: "piped", stderr: "inherit" },
  ).spawn();
  const end = async () => {
    try {
      child.kill();
    } catch {
      // btvirt has died, and the program with it, which says so.
    }
    await child.status;
    // btvirt, which holds controllers too, is killed when the program has gone.
    while (await hasControllers()) await new Promise((resolve) => setTimeout(resolve, 10));
    turn.close();
  };
  const [near, far] = (await linesOf(child.stdout, 2).catch(async (error) => {
    await end();
    throw error;
  })).map((line) => {
    const [index, address] = line.split(" ");
    return { index: Number(index), address };
  });
  return { near, far, [Symbol.asyncDispose]: end };
}

async function hasControllers(): Promise<boolean> {
  for await (const _ of Deno.readDir("/sys/class/bluetooth")) return true;
  return false;
}

/** The first lines; fewer are an error. */
async function linesOf(stream: ReadableStream<Uint8Array>, count: number): Promise<string[]> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const lines = text.split("\n");
    if (lines.length > count) return lines.slice(0, count);
  }
  throw new Error("Cannot make Bluetooth controllers: see above");
}
