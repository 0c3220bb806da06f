/** An empty program: what the others are measured by. */
console.log("done");
