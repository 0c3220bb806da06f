// One listener, several Workers: deno run --allow-net --allow-ffi --allow-read accepting.ts PORT WORKERS
//
// A descriptor is the process's, so a Worker can be given a duplicate of a listener's: all accept from
// one queue, and whoever is free takes the next connection (with reusePort, as in server.ts, the
// kernel decides beforehand, and a connection waits for its Worker).
//
// What must not be shared is a descriptor itself. Each side owns one of its own, which it closes: two
// owners of one number would close each other's, and after that perhaps a stranger's. Endpoints,
// Sockets and what they keep (received bytes, waits) live in one isolate and cannot be passed on. What
// a Worker has open is closed with it, also if it is terminated.
import { AF_INET, SOCK_STREAM, socket } from "@berkeley/sockets";

const [port, workers] = Deno.args.map(Number);
const url = new URL("accepting_worker.ts", import.meta.url);

const listener = socket(AF_INET, SOCK_STREAM);
await listener.bind({ hostname: "127.0.0.1", port });
listener.listen(4096);
const counts: number[] = [];
for (let number = 0; number < workers; number++) {
  counts.push(0);
  const worker = new Worker(url, { type: "module" });
  worker.onmessage = () => {
    counts[number]++;
    console.log("accepted", ...counts);
  };
  // The duplicate is the Worker's from here on.
  worker.postMessage(listener.dup().detach());
}
const { port: taken } = listener.localAddr;
listener.close();
console.log("port", taken);
