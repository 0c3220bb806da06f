/**
 * TCP options as a line of text has them, in tcpdump's words.
 *
 * @module
 */
import { hexBytes } from "./_text.ts";
import type { TcpOption } from "./tcp_options.ts";

/** An option as text. */
export function optionText(option: TcpOption): string {
  switch (option.kind) {
    case "end":
      return "eol";
    case "nop":
      return "nop";
    case "sackPermitted":
      return "sackOK";
    case "maximumSegmentSize":
      return `mss ${option.size}`;
    case "windowScale":
      return `wscale ${option.shift}`;
    case "sack":
      return `sack ${option.blocks.length} ${
        option.blocks.map(([left, right]) => `{${left}:${right}}`).join("")
      }`;
    case "timestamps":
      return `TS val ${option.value} ecr ${option.echo}`;
    case "md5":
      return `md5 ${hexBytes(option.digest)}`;
    case "userTimeout":
      return `uto ${option.timeout}${option.unit === "seconds" ? "s" : "m"}`;
    case "authentication":
      return `tcp-ao keyid ${option.keyId} rnextkeyid ${option.nextKeyId}`;
    case "mptcp":
      return `mptcp ${option.subtype}`;
    case "fastOpen": {
      const cookie = hexBytes(option.cookie);
      return cookie === "" ? "tfo cookiereq" : `tfo cookie ${cookie}`;
    }
    case "other":
      return `unknown-${option.type}${
        option.data.length === 0 ? "" : ` 0x${hexBytes(option.data)}`
      }`;
  }
}
