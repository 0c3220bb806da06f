/** Loads UDP. */
import "@berkeley/sockets/udp";
console.log("done");
