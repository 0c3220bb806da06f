import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import {
  callback,
  type Checked,
  list,
  oneOf,
  optional,
  type Parameter,
  text,
} from "../core/arguments.ts";

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

const PEM: Parameter<string> = (value, action, name) => {
  if (typeof value === "string") return value;
  throw new TypeError(`Cannot ${action}: ${name} is not a PEM text`);
};

const ALPN: Parameter<string> = (value, action, name) => {
  const protocol = text("empty")(value, action, name);
  const { length } = new TextEncoder().encode(protocol);
  if (length >= 1 && length <= 255) return protocol;
  throw new RangeError(`Cannot ${action}: ${name}, an ALPN protocol, has not 1 to 255 bytes`);
};

const VERSION = optional(oneOf("TLSv1.2", "TLSv1.3"));

/** What both sides are told, by key. */
export const COMMON_SHAPE = {
  cert: optional(PEM),
  key: optional(PEM),
  caCerts: optional(list(PEM)),
  alpnProtocols: optional(list(ALPN)),
  minVersion: VERSION,
  maxVersion: VERSION,
} as const;

/** What a server is told, by key. */
export const SERVER_SHAPE = {
  ...COMMON_SHAPE,
  clientCerts: optional(oneOf("none", "request", "require")),
  certFor: optional(callback<NonNullable<TlsServerOptions["certFor"]>>()),
} as const;

/** Refuses what does not go together. */
export function checkTogether(
  { cert, key, minVersion, maxVersion, clientCerts, caCerts }: {
    readonly [K in keyof TlsServerOptions]: unknown;
  },
  action: string,
): void {
  if ((cert === undefined) !== (key === undefined)) {
    throw new TypeError(`Cannot ${action}: cert and key belong together`);
  }
  if (cert !== undefined) checkPair(cert as string, key as string, action);
  (caCerts as string[] | undefined)?.forEach((pem, i) => readCert(pem, action, `caCerts[${i}]`));
  if (minVersion === "TLSv1.3" && maxVersion === "TLSv1.2") {
    throw new RangeError(`Cannot ${action}: minVersion is above maxVersion`);
  }
  const asked = clientCerts !== undefined && clientCerts !== "none";
  if (asked && !(caCerts as string[] | undefined)?.length) {
    throw new TypeError(`Cannot ${action}: clientCerts needs caCerts`);
  }
}

/** Refuses a certificate and a key that no handshake could be made with. */
function checkPair(cert: string, key: string, action: string): void {
  const certificate = readCert(cert, action, "cert");
  let isIts: boolean;
  try {
    isIts = certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    throw new TypeError(`Cannot ${action}: key is no private key as PEM`);
  }
  if (!isIts) throw new TypeError(`Cannot ${action}: key is not that of cert`);
}

function readCert(pem: string, action: string, name: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new TypeError(`Cannot ${action}: ${name} is no certificate as PEM`);
  }
}

/** Options of a server that were read. */
export type ReadTlsOptions = Checked<typeof SERVER_SHAPE>;

/** As `node:tls` names them. */
export function secureOptions(
  { caCerts, minVersion = "TLSv1.2", maxVersion = "TLSv1.3" }: Checked<typeof COMMON_SHAPE>,
  certificate: { cert?: string; key?: string },
): SecureContextOptions {
  return {
    cert: certificate.cert,
    key: certificate.key,
    ca: caCerts?.slice(),
    minVersion,
    maxVersion,
  };
}

/** A server's keys in the form that a handshake uses, made once. */
export class ServerContexts {
  readonly options: ReadTlsOptions;
  readonly #byCertificate = new WeakMap<TlsCertificate, SecureContext>();
  readonly #default: SecureContext;

  /** Parses the certificate: throws if it or its key is none. */
  constructor(options: ReadTlsOptions) {
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
