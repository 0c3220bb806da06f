/** Loads everything. */
import "@berkeley/sockets";
console.log("done");
