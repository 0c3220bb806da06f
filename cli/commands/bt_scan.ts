/**
 * `sock bt scan`: the Bluetooth devices around.
 *
 * @module
 */
import { openManagement } from "../../bluetooth/management.ts";
import type { BluetoothDevice, Management } from "../../bluetooth/types.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { UsageError } from "../exit.ts";
import { printEvent, printLine } from "../json.ts";
import { readDuration } from "../settings.ts";

const TYPES = { bredr: "classic", lePublic: "LE", leRandom: "LE random" } as const;
/** The most columns that type and strength take. */
const TYPE_COLUMNS = 9;
const RSSI_COLUMNS = 8;

/** The command. */
export const btScanCommand: Command = {
  usage: "[OPTIONS] [CONTROLLER]",
  operands: [0, 1],
  description: [
    "Looks for Bluetooth devices, classic and of Low Energy, by the first controller that is on, or by " +
    "CONTROLLER (hci0). A line for each: address, kind of address, how strongly it is heard, name. A " +
    "device whose name comes later has a second line. It ends when the controller has done, after some " +
    "ten seconds. Without a device, the exit code is 1.",
    "Needs --allow-ffi, the whole of --allow-net, and CAP_NET_ADMIN.",
  ],
  options: [
    { name: "le", short: "l", help: "only devices of Low Energy" },
    { name: "classic", short: "c", help: "only classic devices" },
    { name: "timeout", short: "t", value: "TIME", help: "end after TIME at the latest" },
    { name: "json", short: "j", help: "print JSON, one object a line" },
  ],
  events: [
    {
      event: "device",
      on: "stdout",
      help: "a device; addressType is bredr, lePublic or leRandom, data what it advertises, in hex",
      fields: {
        address: "string",
        addressType: "string",
        rssiDbm: "integer?",
        name: "string?",
        data: "string",
      },
    },
  ],
  examples: [
    ["sock bt scan", "Everything around."],
    ["sock bt scan hci1 --le -t 3", "By another controller, for three seconds."],
    ["sock bt scan --json | jq -r 'select(.rssiDbm > -60) | .address'", "What is near."],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    if (args.has("le") && args.has("classic")) {
      throw new UsageError("--le and --classic exclude each other");
    }
    const wanted = readController(args.operands[0]);
    const types = args.has("le") ? ["le"] : args.has("classic") ? ["bredr"] : ["bredr", "le"];
    const timeoutMs = readDuration(args, "timeout");
    using management = await openManagement();
    const index = wanted ?? await firstThatIsOn(management, session.signal);
    const over = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => over.abort(), timeoutMs);
    const names = new Map<string, string | undefined>();
    try {
      const options = {
        types: types as ("bredr" | "le")[],
        signal: AbortSignal.any([session.signal, over.signal]),
      };
      for await (const device of management.discover(index, options)) {
        const { address, name } = device;
        if (names.has(address) && (name === undefined || names.get(address) === name)) continue;
        names.set(address, name);
        await (args.has("json")
          ? printEvent("device", fieldsOf(device))
          : printLine(lineOf(device)));
      }
    } catch (error) {
      if (error !== over.signal.reason) throw error;
    } finally {
      clearTimeout(timer);
    }
    return names.size === 0 ? 1 : 0;
  },
};

function readController(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(?:hci)?(\d{1,4})$/.exec(text);
  if (match === null) throw new UsageError(`"${text}" is no controller, as hci0`);
  return Number(match[1]);
}

async function firstThatIsOn(management: Management, signal: AbortSignal): Promise<number> {
  const indexes = (await management.indexes({ signal })).toSorted((a, b) => a - b);
  for (const index of indexes) {
    if ((await management.info(index, { signal })).current.includes("powered")) return index;
  }
  throw new Error(
    indexes.length === 0
      ? "There is no Bluetooth controller"
      : `No Bluetooth controller is on: there ${indexes.length === 1 ? "is" : "are"} ${
        indexes.map((index) => `hci${index}`).join(", ")
      }`,
  );
}

function fieldsOf({ data, ...rest }: BluetoothDevice): Record<string, unknown> {
  return { ...rest, data: data.toHex() };
}

function lineOf({ address, addressType, rssiDbm, name = "" }: BluetoothDevice): string {
  const strength = rssiDbm === undefined ? "" : `${rssiDbm} dBm`;
  const kind = TYPES[addressType].padEnd(TYPE_COLUMNS);
  // What others call themselves may not move the cursor.
  // deno-lint-ignore no-control-regex -- those are meant
  const shown = name.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, "?");
  return `${address}  ${kind}  ${strength.padStart(RSSI_COLUMNS)}  ${shown}`.trimEnd();
}
