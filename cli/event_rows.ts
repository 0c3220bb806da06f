/**
 * The JSON that `--json` gives, as data: which events there are, where they go, what they hold. The
 * manual, the documentation and the test that holds every command to it read these rows.
 *
 * @module
 */

/** What a field holds; with `?`, it may be missing. */
export type FieldType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "object"
  | "strings"
  | "objects";

/** The fields of an event, beside `event` and `time`. */
export type Fields = Readonly<Record<string, FieldType | `${FieldType}?`>>;

/** One kind of line. */
export interface EventRow {
  /** The value of `event`. */
  readonly event: string;
  /** Results go to standard output, the course of things to standard error. */
  readonly on: "stdout" | "stderr";
  /** What has happened, in one line. */
  readonly help: string;
  /** What it holds. */
  readonly fields: Fields;
}

/** What ends any command that fails. */
export const ERROR_EVENT: EventRow = {
  event: "error",
  on: "stderr",
  help: "the command has failed",
  fields: { message: "string", exitCode: "integer", code: "string?" },
};

/** The answer to `--version --json`. */
export const VERSION_EVENT: EventRow = {
  event: "version",
  on: "stdout",
  help: "which sock this is; json is the version of this list of events",
  fields: { version: "string", json: "integer", deno: "string", target: "string" },
};

const TOTALS: Fields = {
  clients: "integer",
  receivedBytes: "integer",
  sentBytes: "integer",
  durationMs: "integer",
};

/** What the commands of connections tell; standard output is what the peer sent. */
export const CONNECTION_EVENTS: readonly EventRow[] = [
  {
    event: "open",
    on: "stderr",
    help: "a connection was made, or a client came; client counts from 1",
    fields: {
      client: "integer",
      local: "string",
      remote: "string",
      engine: "string",
      tls: "string?",
    },
  },
  {
    event: "close",
    on: "stderr",
    help: "it has ended; with code and message, by an error",
    fields: {
      client: "integer",
      remote: "string",
      receivedBytes: "integer",
      sentBytes: "integer",
      durationMs: "integer",
      code: "string?",
      message: "string?",
    },
  },
  {
    event: "data",
    on: "stderr",
    help: "bytes that moved (--hex); direction is received or sent",
    fields: { client: "integer", direction: "string", offset: "integer", hex: "string" },
  },
  { event: "progress", on: "stderr", help: "what has moved so far, once a second", fields: TOTALS },
  { event: "summary", on: "stderr", help: "what has moved in all", fields: TOTALS },
];

/** What the commands that listen tell besides. */
export const SERVER_EVENTS: readonly EventRow[] = [
  {
    event: "listening",
    on: "stderr",
    help: "the server is ready; address has the port that port 0 has found",
    fields: { address: "string", engine: "string" },
  },
  ...CONNECTION_EVENTS,
  {
    event: "refused",
    on: "stderr",
    help: "a peer outside the networks of --allow was turned away",
    fields: { remote: "string" },
  },
  {
    event: "warning",
    on: "stderr",
    help: "a client came to nothing before it was served, by a TLS handshake that failed, say",
    fields: { message: "string", code: "string?" },
  },
];

/** Round-trip times, summed up; absent without any. */
export const RTT_FIELDS: Fields = {
  minMicros: "number?",
  avgMicros: "number?",
  p50Micros: "number?",
  p99Micros: "number?",
  maxMicros: "number?",
  mdevMicros: "number?",
};

/** A name that has no address; the command goes on with the others. */
export const UNRESOLVED_EVENT: EventRow = {
  event: "unresolved",
  on: "stdout",
  help: "a target that could not be resolved; the exit code will be 2",
  fields: { target: "string", code: "string", message: "string?" },
};
