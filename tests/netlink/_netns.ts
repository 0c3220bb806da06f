/** Network namespaces for these tests: those of the raw tests. */
export { Netns, Program, run } from "../raw/_netns.ts";
