import type { PingIcmpError } from "./ping_events.ts";

/** What an ICMP error is called, by its type (RFC 792; RFC 4443). */
export function icmpErrorName(
  family: "inet" | "inet6",
  error: { icmpType: number; icmpCode: number },
): PingIcmpError["type"] {
  if (family === "inet") {
    if (error.icmpType === 3) return error.icmpCode === 4 ? "packetTooBig" : "unreachable";
    if (error.icmpType === 11) return "timeExceeded";
    return error.icmpType === 12 ? "parameterProblem" : "icmpError";
  }
  const names = [undefined, "unreachable", "packetTooBig", "timeExceeded", "parameterProblem"];
  return names[error.icmpType] as PingIcmpError["type"] | undefined ?? "icmpError";
}
