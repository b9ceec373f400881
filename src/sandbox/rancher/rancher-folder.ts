import path from "node:path";

/** The Rancher double's own files, below the sandbox's state folder. Absolute when `sandbox` is. */
export interface RancherFolder {
  readonly dir: string;
  /** The authority of the double's certificate, PEM. */
  readonly caFile: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** When the certificates were made and until when they are good. */
  readonly madeFile: string;
  /** The administrator's token, `token-xxxxx:<secret>`. */
  readonly tokenFile: string;
  /** Every token that was given out; of secrets only hashes. */
  readonly tokensFile: string;
}

/** Where the double of the sandbox with this state folder keeps its files. */
export function rancherFolder(sandbox: string): RancherFolder {
  const dir = path.join(sandbox, "rancher");
  return {
    dir,
    caFile: path.join(dir, "ca.crt"),
    serverCertificate: path.join(dir, "server.crt"),
    serverKey: path.join(dir, "server.key"),
    madeFile: path.join(dir, "made.json"),
    tokenFile: path.join(dir, "token"),
    tokensFile: path.join(dir, "tokens.json"),
  };
}

/** The address of the double; 443, so that it needs no port. */
export function rancherUrl(address: string): string {
  return `https://${address}`;
}
