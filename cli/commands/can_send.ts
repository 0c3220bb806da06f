/**
 * `sock can send`: frames from the command line to a CAN bus.
 *
 * @module
 */
import { parseFrame } from "../../can/notation.ts";
import { FRAME_FIELDS, frameFields, openBus, readOperand } from "../can_frames.ts";
import type { Arguments, Command, Session } from "../command.ts";
import { printEvent } from "../json.ts";

/** The command. */
export const canSendCommand: Command = {
  usage: "[OPTIONS] INTERFACE FRAME…",
  operands: [2, Infinity],
  description: [
    "Sends frames, in the notation of cansend: ID#DATA, ID#R[LENGTH] for a remote frame, ID##FLAGS DATA " +
    "without the blank for CAN FD, PRIO#FLAGS:SDT:AF#DATA for CAN XL. All numbers are hexadecimal; an " +
    "ID of 8 digits has 29 bits; DATA may have dots between its bytes.",
    "All frames are read before the first one is sent. Needs --allow-ffi and the whole of --allow-net.",
  ],
  options: [{ name: "json", short: "j", help: "print JSON, one object a line" }],
  events: [
    {
      event: "sent",
      on: "stdout",
      help: "a frame that was sent; frame is the notation of cansend, data hexadecimal",
      fields: FRAME_FIELDS,
    },
  ],
  examples: [
    ["sock can send vcan0 123#DEADBEEF", "Four bytes."],
    [
      "sock can send can0 7DF#02.01.0C 1F334455#R 213##311223344",
      "Ask, extended and remote, CAN FD.",
    ],
  ],
  async run(args: Arguments, session: Session): Promise<number> {
    const [name, ...texts] = args.operands;
    const frames = texts.map((text) => readOperand(text, parseFrame));
    // What others say is not heard: an empty list of filters takes nothing.
    using bus = await openBus({ interface: name, filters: [] });
    for (const frame of frames) {
      await bus.sendFrame(frame, { signal: session.signal });
      if (args.has("json")) await printEvent("sent", frameFields(name, frame));
    }
    return 0;
  },
};
