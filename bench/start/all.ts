/** Loads everything. */
import "../../mod.ts";
console.log("done");
