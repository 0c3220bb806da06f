/** Looks a name up when no descriptor is left; prints the error. */
import { AddrInfoError, getAddrInfo } from "../../addrinfo/mod.ts";

await getAddrInfo("localhost", 80);
const files: Deno.FsFile[] = [];
try {
  for (;;) files.push(Deno.openSync("/dev/null"));
} catch {
  // That was the last.
}
let result: unknown;
try {
  await getAddrInfo("localhost", 81);
} catch (error) {
  if (!(error instanceof AddrInfoError)) throw error;
  result = [error.code, error.errno, error.message];
}
for (const file of files) file.close();
console.log(JSON.stringify(result));
