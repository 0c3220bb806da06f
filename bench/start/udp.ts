/** Loads UDP. */
import "../../udp/mod.ts";
console.log("done");
