/** Ways to reach something, each tried in a process with few permissions. */
import { inNamespace, runJson } from "../socket/_program.ts";

/** Loopback alone, in a namespace where nothing else is. */
export const ALONE = inNamespace("ip link set lo up");
/** What a refusal is called. */
export const NO = "NotCapable";

/** Runs `ways` (an object literal of functions) under flags: `"ok"` or the error's name for each. */
export async function outcomes(
  ways: string,
  flags: readonly string[],
  options: { alone?: boolean; imports?: string; prefix?: readonly string[] } = {},
): Promise<Record<string, string>> {
  const source = `
    import * as s from "$/mod.ts";
    ${options.imports ?? ""}
    const { raw, udp, unix, tcp, vsock, addrinfo, socket, socketOption } = s;
    const bytes = new Uint8Array(1);
    const optionOf = (level, number) => socketOption(level, number, {
      size: 64, encode: (value) => value, decode: (bytes) => bytes });
    const first = async (iterable) => { for await (const one of iterable) return one; };
    const ways = ${ways};
    const got = {};
    for (const [name, way] of Object.entries(ways)) {
      got[name] = await (async () => void await way())().then(() => "ok", (error) => {
        const { name, code } = error;
        return name === "NotCapable" ? name : code ?? name + ": " + error.message;
      });
    }
    console.log(JSON.stringify(got));
    Deno.exit();`;
  return await runJson(source, {
    flags: [...flags, "--allow-ffi"],
    prefix: options.prefix ?? (options.alone === false ? [] : ALONE),
  });
}

/** What of `got` is not as expected. */
export function others(got: Record<string, string>, expected: string): Record<string, string> {
  return Object.fromEntries(Object.entries(got).filter(([, outcome]) => outcome !== expected));
}
