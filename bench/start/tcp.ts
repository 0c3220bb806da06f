/** Loads TCP. */
import "../../tcp/mod.ts";
console.log("done");
