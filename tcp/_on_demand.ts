import { onDemand } from "../core/on_demand.ts";

/** The libc engine: programs that live on Deno's own need not wait for it to load. */
export const LIBC: ReturnType<typeof onDemand<typeof import("./_libc.ts")>> = onDemand(() =>
  import("./_libc.ts")
);
