/** A certificate authority of our own, made by openssl. */

const directory = await Deno.makeTempDir({ prefix: "sockets-pki-" });
globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

/** Files of a certificate and its key. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

function openssl(...args: string[]): void {
  const { success, stderr } = new Deno.Command("openssl", { args, cwd: directory }).outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function files(name: string): CertificateFiles {
  const [certFile, keyFile] = [`${directory}/${name}.pem`, `${directory}/${name}.key`];
  return {
    certFile,
    keyFile,
    cert: Deno.readTextFileSync(certFile),
    key: Deno.readTextFileSync(keyFile),
  };
}

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** A certificate that signs itself. */
export function makeSelfSigned(name: string): CertificateFiles {
  openssl(
    "req",
    "-x509",
    ...KEY,
    "-subj",
    `/CN=${name}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.pem`,
  );
  return files(name);
}

/** A certificate for `hostname` that `ca` signed. */
export function makeCertificate(hostname: string, ca: CertificateFiles): CertificateFiles {
  const name = hostname;
  const kind = /^[\d.]+$/.test(hostname) ? "IP" : "DNS";
  Deno.writeTextFileSync(`${directory}/extensions`, `subjectAltName=${kind}:${hostname}\n`);
  openssl("req", ...KEY, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", "request.csr");
  const signed = ["-CA", ca.certFile, "-CAkey", ca.keyFile, "-CAcreateserial"];
  openssl(
    "x509",
    "-req",
    "-in",
    "request.csr",
    ...signed,
    "-extfile",
    "extensions",
    "-out",
    `${name}.pem`,
  );
  return files(name);
}

/** The authority that tests trust, made at first use. */
export const pki = {
  get ca(): CertificateFiles {
    return this.once("ca", () => makeSelfSigned("test-ca"));
  },
  get server(): CertificateFiles {
    return this.once("server", () => makeCertificate("localhost", this.ca));
  },
  get other(): CertificateFiles {
    return this.once("other", () => makeCertificate("other.test", this.ca));
  },
  get client(): CertificateFiles {
    return this.once("client", () => makeCertificate("client", this.ca));
  },
  made: new Map<string, CertificateFiles>(),
  once(name: string, make: () => CertificateFiles): CertificateFiles {
    let value = this.made.get(name);
    if (value === undefined) this.made.set(name, value = make());
    return value;
  },
};
