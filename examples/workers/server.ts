// One TCP port served by several Workers: deno run --allow-net --allow-ffi --allow-read server.ts PORT WORKERS
//
// Each Worker has an isolate, an event loop and a listener of its own on the same port (SO_REUSEPORT,
// `man 7 socket`): the kernel spreads new connections over the listeners by a hash of both addresses.
// Endpoints are not shared between Workers, nor could they be: what a connection needs lives where it
// was accepted.
const [port, workers] = Deno.args.map(Number);
const url = new URL("worker.ts", import.meta.url);

/** What a Worker says first: where it listens. */
function start(port: number): Promise<[Worker, number]> {
  const worker = new Worker(url, { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve([worker, data]);
    worker.postMessage(port);
  });
}

// The first takes the port, any if PORT is 0, and the others join it.
const [first, taken] = await start(port);
const others = await Promise.all(Array.from({ length: workers - 1 }, () => start(taken)));
const counts: number[] = [];
[first, ...others.map(([worker]) => worker)].forEach((worker, number) => {
  counts.push(0);
  worker.onmessage = () => {
    counts[number]++;
    console.log("accepted", ...counts);
  };
});
console.log("port", taken);
