/** Whether this kernel lets rings be made. */
import { Ring } from "../../ffi/ring/ring.ts";
import { allowRings } from "../../ffi/ring/permitted.ts";

let answer: { lacking: string | undefined } | undefined;

/** Why there is no io_uring here, or undefined. */
export function lacksRings(): string | undefined {
  if (answer === undefined) {
    allowRings(true);
    const ring = Ring.open(2, 4);
    ring?.close();
    allowRings(undefined);
    answer = { lacking: ring === undefined ? "this kernel forbids io_uring" : undefined };
  }
  return answer.lacking;
}
