import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import { pumpBody, startBody } from "./_http_body.ts";
import { staticBody } from "./_static_body.ts";

/** Bodies up to this size go out in one piece with the head. */
const JOINED_BYTES = 16384;

/**
 * Sends a response.
 *
 * @returns Nothing if all went at once; else rejects with what cut the body short.
 */
export function sendResponse(
  response: Response,
  target: ServerResponse,
  isHead: boolean,
): Promise<void> | undefined {
  // Before anything else is asked of the response, which would make Deno forget it.
  const kept = staticBody(response);
  const head: string[] = [];
  let length: string | undefined;
  response.headers.forEach((value, name) => {
    if (name === "content-length") length = value;
    else head.push(name, value);
  });
  if (kept !== undefined) {
    const bytes = Buffer.byteLength(kept);
    checkLength(length, bytes);
    writeHead(target, response, head, `${bytes}`);
    if (isHead) target.end();
    else endWith(target, kept);
    return;
  }
  const { body } = response;
  if (body !== null && !isHead) return sendBody(response, body, target, head, length);
  body?.cancel().catch(() => {});
  if (!isHead && !hasNoBody(response.status)) length = "0";
  writeHead(target, response, head, length);
  target.end();
}

function endWith(target: ServerResponse, body: string | Uint8Array): void {
  // Text leaves in one call with the head.
  if (typeof body === "string") target.end(body);
  else if (body.length > JOINED_BYTES) target.end(body);
  else target.end(latin1(body), "latin1");
}

async function sendBody(
  response: Response,
  body: ReadableStream<Uint8Array>,
  target: ServerResponse,
  head: string[],
  length: string | undefined,
): Promise<void> {
  const reader = body.getReader();
  const { whole, first, next } = await startBody(reader);
  if (target.destroyed) return void reader.cancel().catch(() => {});
  if (whole === undefined) {
    writeHead(target, response, head, length);
    const bytes = await pumpBody(reader, first, next, target);
    if (bytes === undefined) return;
    checkLength(length, bytes);
    target.end();
    return;
  }
  checkLength(length, whole.length);
  writeHead(target, response, head, `${whole.length}`);
  endWith(target, whole);
}

function writeHead(
  target: ServerResponse,
  { status, statusText }: Response,
  head: string[],
  length: string | undefined,
): void {
  if (length !== undefined) head.push("content-length", length);
  if (statusText === "") target.writeHead(status, head);
  else target.writeHead(status, statusText, head);
}

/** RFC 9110 section 6.4.1. */
function hasNoBody(status: number): boolean {
  return status < 200 || status === 204 || status === 304;
}

function checkLength(promised: string | undefined, actual: number): void {
  if (promised !== undefined && promised !== `${actual}`) {
    throw new TypeError(
      `Cannot send the response: content-length is ${promised}, but the body has ${actual} bytes`,
    );
  }
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString("latin1");
}
