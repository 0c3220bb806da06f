import type { TLSSocket } from "node:tls";
import type { StreamEndpoint } from "../core/endpoint.ts";
import { DuplexStream } from "./from_node_duplex.ts";

/** What the peer's certificate says. */
export interface TlsPeerCertificate {
  /** The certificate itself (DER). */
  readonly der: Uint8Array;
  /** Whose it is, by attribute: `{ CN: "localhost" }`. */
  readonly subject: Readonly<Record<string, string | string[]>>;
  /** Who signed it, by attribute. */
  readonly issuer: Readonly<Record<string, string | string[]>>;
  /** The names it is for, `"DNS:localhost, IP Address:127.0.0.1"`. */
  readonly subjectAltName: string | undefined;
  /** SHA-256 of `der`, `"AB:CD:…"`. */
  readonly fingerprint256: string;
  /** When it begins to hold, as OpenSSL writes it. */
  readonly validFrom: string;
  /** When it ends, as OpenSSL writes it. */
  readonly validTo: string;
}

/** A stream endpoint that speaks TLS over another. */
export interface TlsEndpoint<A> extends StreamEndpoint<A> {
  /** `"TLSv1.2"` or `"TLSv1.3"`. */
  readonly tlsVersion: string;
  /** The cipher suite by its IANA name, `"TLS_AES_256_GCM_SHA384"`. */
  readonly cipher: string;
  /** The application protocol that both agreed on (ALPN); `undefined` if none. */
  readonly alpnProtocol: string | undefined;
  /** The name that the client asked for (SNI); `undefined` if none. */
  readonly serverName: string | undefined;
  /** The peer's certificate, if it showed one. */
  readonly peerCertificate: TlsPeerCertificate | undefined;
  /** Whether that certificate leads to one that is trusted (and, at a client, is for the host). */
  readonly peerVerified: boolean;
}

/** The endpoint of a TLS socket whose handshake is done. */
export class TlsStream<A> extends DuplexStream<A> implements TlsEndpoint<A> {
  readonly tlsVersion: string;
  readonly cipher: string;
  readonly alpnProtocol: string | undefined;
  readonly serverName: string | undefined;
  readonly peerCertificate: TlsPeerCertificate | undefined;
  readonly peerVerified: boolean;

  /**
   * `beneath` carries the socket. It is stopped where the socket itself would have to be: a TLS socket
   * of Deno 2.9 over a stream that is paused when close_notify comes never tells the end.
   */
  constructor(
    socket: TLSSocket,
    over: StreamEndpoint<A>,
    beneath: { hold(on: boolean): void },
    serverName: string | undefined,
  ) {
    super(socket, over, (on) => beneath.hold(on));
    this.tlsVersion = socket.getProtocol() ?? "";
    this.cipher = socket.getCipher().standardName;
    this.alpnProtocol = socket.alpnProtocol || undefined;
    this.serverName = serverName;
    this.peerCertificate = certificateOf(socket);
    this.peerVerified = socket.authorized;
  }
}

function certificateOf(socket: TLSSocket): TlsPeerCertificate | undefined {
  const certificate = socket.getPeerCertificate();
  if (!certificate?.raw) return undefined;
  const { raw, subject, issuer, subjectaltname, fingerprint256, valid_from, valid_to } =
    certificate;
  return {
    der: new Uint8Array(raw),
    subject: { ...subject } as unknown as Record<string, string | string[]>,
    issuer: { ...issuer } as unknown as Record<string, string | string[]>,
    subjectAltName: subjectaltname,
    fingerprint256,
    validFrom: valid_from,
    validTo: valid_to,
  };
}
