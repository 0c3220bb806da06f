/** Whether this kernel lets rings be made. */
import { Ring } from "../../ffi/ring/ring.ts";
import { useIoUring } from "../../ffi/ring/permitted.ts";

let answer: { lacking: string | undefined } | undefined;

/** Why there is no io_uring here, or undefined. */
export function lacksRings(): string | undefined {
  if (answer === undefined) {
    useIoUring(true);
    const ring = Ring.open(2, 4);
    ring?.close();
    useIoUring(undefined);
    answer = { lacking: ring === undefined ? "this kernel forbids io_uring" : undefined };
  }
  return answer.lacking;
}
