import path from "node:path";

/** The zone that a sandbox's front door has; `.test` is nobody's (RFC 6761). */
export const frontDoorZone = "example.test";

/** The name of the TSIG key that may read and write the zone; HMAC-SHA-256. */
export const tsigKeyName = "isthmus";

/** The files of a front door's servers, below the sandbox's state folder. Absolute when `sandbox` is. */
export interface FrontDoorFolder {
  readonly dir: string;
  /** The TSIG key's secret, base64, as `spec.dns` of a mesh file takes it. */
  readonly tsigFile: string;
  /** The authority of the ACME server's own certificate, PEM. */
  readonly caFile: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** When the certificates were made and until when they are good. */
  readonly madeFile: string;
  /** Since when the ACME server runs whose accounts the clusters have. */
  readonly accountsFile: string;
  readonly namedConfig: string;
  /** Where BIND keeps the zone and its journal. */
  readonly zones: string;
  readonly zoneFile: string;
  readonly pebbleConfig: string;
}

/** Where the front door of the sandbox with this state folder keeps its files. */
export function frontDoorFolder(sandbox: string): FrontDoorFolder {
  const dir = path.join(sandbox, "front-door");
  const zones = path.join(dir, "zones");
  return {
    dir,
    tsigFile: path.join(dir, "tsig.key"),
    caFile: path.join(dir, "acme-ca.crt"),
    serverCertificate: path.join(dir, "acme.crt"),
    serverKey: path.join(dir, "acme.key"),
    madeFile: path.join(dir, "made.json"),
    accountsFile: path.join(dir, "accounts.json"),
    namedConfig: path.join(dir, "named.conf"),
    zones,
    zoneFile: path.join(zones, `${frontDoorZone}.zone`),
    pebbleConfig: path.join(dir, "pebble.json"),
  };
}

/** The ACME server's directory. */
export function acmeDirectory(address: string): string {
  return `https://${address}:14000/dir`;
}

/** Where the ACME server shows the roots of what it issues: `/roots/0`. */
export function acmeManagement(address: string): string {
  return `https://${address}:15000`;
}
