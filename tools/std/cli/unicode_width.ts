import { unicodeWidth as std } from "deno-std/unicode_width";

/** Terminal columns that `text` takes. */
export const unicodeWidth: (text: string) => number = std;
