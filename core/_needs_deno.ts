/**
 * What has to do with sockets needs Deno, and says so where it is imported elsewhere.
 *
 * @module
 */
if (typeof Deno === "undefined") {
  throw new Error(
    "Cannot import: @berkeley/sockets needs Deno; Node and Bun can import its ./wire, ./ip and ./options",
  );
}
