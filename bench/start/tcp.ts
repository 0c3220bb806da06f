/** Loads TCP. */
import "@berkeley/sockets/tcp";
console.log("done");
