/**
 * Bytes as a hex dump: offset, sixteen bytes, text.
 *
 * @module
 */

const BYTES_PER_LINE = 16;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * The lines of `hexdump -C`, each after `mark`.
 *
 * @param data The bytes.
 * @param offset What the first byte's offset is shown as.
 * @param mark What stands before each line.
 * @returns The lines, each with its line end; no text for no bytes.
 */
export function hexDump(data: Uint8Array, offset: number, mark: string): string {
  let text = "";
  for (let at = 0; at < data.length; at += BYTES_PER_LINE) {
    const line = data.subarray(at, at + BYTES_PER_LINE);
    let bytes = "";
    let shown = "";
    for (let i = 0; i < BYTES_PER_LINE; i++) {
      bytes += i < line.length ? ` ${HEX[line[i]]}` : "   ";
      if (i === BYTES_PER_LINE / 2 - 1) bytes += " ";
      if (i < line.length) {
        shown += line[i] >= 0x20 && line[i] < 0x7f ? String.fromCharCode(line[i]) : ".";
      }
    }
    const where = (offset + at).toString(16).padStart(8, "0");
    text += `${mark} ${where} ${bytes}  |${shown}|\n`;
  }
  return text;
}

/** The bytes as pairs of hex digits. */
export function toHex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += HEX[byte];
  return text;
}
