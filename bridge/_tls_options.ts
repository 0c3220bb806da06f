import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { checkKeys } from "../core/arguments.ts";

/** A certificate and its key. */
export interface TlsCertificate {
  /** The certificate, and those between it and the root, as PEM. */
  cert: string;
  /** Its private key as PEM. */
  key: string;
}

/** What both sides of TLS can be told. */
export interface TlsCommonOptions {
  /** This side's certificate as PEM, with {@linkcode TlsCommonOptions.key}. A server needs one. */
  cert?: string;
  /** The private key of `cert` as PEM. */
  key?: string;
  /**
   * Root certificates as PEM that the peer's certificate must lead to. Default of a client: the
   * well-known ones; of a server: none.
   */
  caCerts?: string[];
  /** Application protocols (ALPN, RFC 7301): a client's offers, a server's in order of preference. */
  alpnProtocols?: string[];
  /** The least version to accept. Default `"TLSv1.2"`. */
  minVersion?: "TLSv1.2" | "TLSv1.3";
  /** The greatest version to offer. Default `"TLSv1.3"`. */
  maxVersion?: "TLSv1.2" | "TLSv1.3";
}

/** What a server can be told. */
export interface TlsServerOptions extends TlsCommonOptions {
  /**
   * Whether clients are asked for certificates that lead to `caCerts`. `"require"` refuses those
   * without; with `"request"` see {@linkcode TlsEndpoint.peerVerified}. Default `"none"`.
   */
  clientCerts?: "none" | "request" | "require";
  /** The certificate for the name that a client asked for (SNI, RFC 6066); `undefined` for `cert`. */
  certFor?: (hostname: string) => TlsCertificate | undefined;
}

const COMMON_KEYS = ["cert", "key", "caCerts", "alpnProtocols", "minVersion", "maxVersion"];
/** The names of {@linkcode TlsServerOptions}. */
export const SERVER_KEYS: readonly string[] = [...COMMON_KEYS, "clientCerts", "certFor"];
/** The names that a client's options share with a server's. */
export const CLIENT_KEYS: readonly string[] = COMMON_KEYS;

const VERSIONS: readonly unknown[] = [undefined, "TLSv1.2", "TLSv1.3"];
const CLIENT_CERTS: readonly unknown[] = [undefined, "none", "request", "require"];

/** Refuses what is of the wrong kind. */
export function checkTlsOptions(
  options: TlsServerOptions,
  keys: readonly string[],
  action: string,
): void {
  checkKeys(options, keys, action);
  const refuse = (name: string, what: string): never => {
    throw new TypeError(`Cannot ${action}: ${name} is not ${what}`);
  };
  const { cert, key, minVersion, maxVersion, clientCerts, certFor } = options;
  for (const [name, value] of Object.entries({ cert, key })) {
    if (value !== undefined && typeof value !== "string") refuse(name, "a PEM text");
  }
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError(`Cannot ${action}: cert and key belong together`);
  }
  for (const name of ["caCerts", "alpnProtocols"] as const) {
    const list = options[name];
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.some((item) => typeof item !== "string")) {
      refuse(name, "an array of strings");
    }
  }
  for (const protocol of options.alpnProtocols ?? []) {
    if (protocol === "" || new TextEncoder().encode(protocol).length > 255) {
      throw new RangeError(`Cannot ${action}: an ALPN protocol has not 1 to 255 bytes`);
    }
  }
  for (const [name, value] of Object.entries({ minVersion, maxVersion })) {
    if (!VERSIONS.includes(value)) refuse(name, '"TLSv1.2" or "TLSv1.3"');
  }
  if (minVersion === "TLSv1.3" && maxVersion === "TLSv1.2") {
    throw new RangeError(`Cannot ${action}: minVersion is above maxVersion`);
  }
  if (!CLIENT_CERTS.includes(clientCerts)) {
    refuse("clientCerts", '"none", "request" or "require"');
  }
  if (clientCerts !== undefined && clientCerts !== "none" && !options.caCerts?.length) {
    throw new TypeError(`Cannot ${action}: clientCerts needs caCerts`);
  }
  if (certFor !== undefined && typeof certFor !== "function") refuse("certFor", "a function");
}

/** As `node:tls` names them. */
export function secureOptions(
  { caCerts, minVersion = "TLSv1.2", maxVersion = "TLSv1.3" }: TlsCommonOptions,
  certificate: { cert?: string; key?: string },
): SecureContextOptions {
  return { cert: certificate.cert, key: certificate.key, ca: caCerts, minVersion, maxVersion };
}

/** A server's keys in the form that a handshake uses, made once. */
export class ServerContexts {
  readonly options: TlsServerOptions;
  readonly #byCertificate = new WeakMap<TlsCertificate, SecureContext>();
  readonly #default: SecureContext;

  /** Parses the certificate: throws if it or its key is none. */
  constructor(options: TlsServerOptions) {
    this.options = options;
    this.#default = createSecureContext(secureOptions(options, options));
  }

  /** The keys for the name that a client asked for. */
  contextFor(hostname: string): SecureContext {
    const certificate = this.options.certFor?.(hostname);
    if (certificate === undefined) return this.#default;
    let context = this.#byCertificate.get(certificate);
    if (context === undefined) {
      context = createSecureContext(secureOptions(this.options, certificate));
      this.#byCertificate.set(certificate, context);
    }
    return context;
  }
}
