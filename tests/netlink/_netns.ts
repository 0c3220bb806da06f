/** Network namespaces for these tests: those of the raw tests. */
export { join, Netns, Program, run } from "../raw/_netns.ts";
