/**
 * A test mode: loaded before a test (`deno test --preload`) in a process that has AddressSanitizer's
 * library preloaded, it has what is asked of libc answered by the sanitizer, which looks at every piece
 * of memory that a call is given: a byte before or behind it is a report, and the end.
 */
const SANITIZER = Deno.env.get("LD_PRELOAD")!;
const dlopen = Deno.dlopen;

// It has the functions that it watches; all others are found in libc, which it stands on.
Deno.dlopen = ((path: string | URL, symbols: Deno.ForeignLibraryInterface) => {
  const isLibc = /libc\.(so|musl)/.test(String(path));
  return dlopen(isLibc ? SANITIZER : path, symbols);
}) as typeof Deno.dlopen;
