/** Whether the kernel has a family, and its links in the guest. */
import { isSocketError, socket } from "../../mod.ts";
import { IN_GUEST } from "../_tools.ts";

/** Why nothing of a family can be tried here. */
export function lacksFamily(family: number, type: number, protocol = 0): () => string | undefined {
  return () => {
    try {
      socket(family, type, protocol).close();
    } catch (error) {
      if (!isSocketError(error, "EAFNOSUPPORT") && !isSocketError(error, "EPROTONOSUPPORT")) {
        throw error;
      }
      return error.message;
    }
  };
}

/** The same for what makes links or loads drivers, which is the guest's alone. */
export function inGuest(family: number, type: number, protocol = 0): () => string | undefined {
  return () => IN_GUEST ? lacksFamily(family, type, protocol)() : "links and drivers are needed";
}

/** Runs a command; its output. */
export async function run(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")}: ${decode(stderr)}`);
  return decode(stdout);
}

/** Loads a driver that no socket asks for. */
export const modprobe = (...args: string[]): Promise<string> => run("busybox", "modprobe", ...args);

/** Two interfaces whose frames reach each other, up; their hardware addresses. */
export async function vethPair(one: string, other: string): Promise<[string, string]> {
  await run("ip", "link", "add", one, "type", "veth", "peer", "name", other);
  for (const name of [one, other]) await run("ip", "link", "set", name, "up");
  return [await hardwareAddress(one), await hardwareAddress(other)];
}

/** The hardware address of an interface. */
export async function hardwareAddress(name: string): Promise<string> {
  return (await Deno.readTextFile(`/sys/class/net/${name}/address`)).trim();
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
