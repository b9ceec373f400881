import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import { issue, makeAuthority } from "../cluster/credentials.ts";
import type { FrontDoorNodeConfig } from "../cluster/node-config.ts";
import { writeNodeConfig } from "../cluster/node-config.ts";
import { makePrivateFolder, readJsonFile, writePrivateFile } from "../cluster/private-file.ts";
import { readFile } from "node:fs/promises";
import { clusterDirectory } from "../operations/state-folder.ts";
import {
  acmeDirectory,
  frontDoorFolder,
  frontDoorZone,
  tsigKeyName,
  type FrontDoorFolder,
} from "./front-door-folder.ts";

/** As for a cluster's credentials: made anew when less than this is left of their year. */
const renewBeforeMs = 30 * 24 * 3600 * 1000;

/**
 * Writes everything that the front door's node needs before it can start:
 * folders, the TSIG key and the ACME server's certificate (once), the servers'
 * configuration (always), the zone (once: BIND changes it). A zone of an
 * earlier run of the node stays.
 */
export async function prepareFrontDoor(config: FrontDoorNodeConfig, now: Date): Promise<void> {
  const files = frontDoorFolder(config.sandbox);
  const node = clusterFolder(clusterDirectory(config.sandbox, config.cluster));
  for (const folder of [files.dir, files.zones, node.dir, node.logs, node.temporary]) {
    await makePrivateFolder(folder);
  }
  if (!existsSync(files.tsigFile)) {
    await writePrivateFile(files.tsigFile, `${randomBytes(32).toString("base64")}\n`);
  }
  await ensureCertificate(files, config, now);
  const secret = (await readFile(files.tsigFile, "utf8")).trim();
  await Promise.all([
    writePrivateFile(files.namedConfig, renderNamed(files, config.nodeAddress, secret)),
    writePrivateFile(
      files.pebbleConfig,
      `${JSON.stringify(pebbleConfiguration(files, config.nodeAddress), null, 2)}\n`,
    ),
    ...(existsSync(files.zoneFile) ? [] : [writePrivateFile(files.zoneFile, renderZone(config.nodeAddress))]),
  ]);
  await writeNodeConfig(node.dir, config);
}

async function ensureCertificate(
  files: FrontDoorFolder,
  { instance, nodeAddress }: FrontDoorNodeConfig,
  now: Date,
): Promise<void> {
  const made = (await readJsonFile(files.madeFile)) as { readonly renewAfter?: string } | undefined;
  if (made?.renewAfter !== undefined && now < new Date(made.renewAfter)) {
    return;
  }
  const authority = await makeAuthority({ group: "isthmus sandbox", name: `${instance} ACME server CA` }, now);
  const server = await issue(
    authority,
    {
      file: "acme",
      name: `acme.${frontDoorZone}`,
      usage: "server",
      addresses: [nodeAddress, "127.0.0.1"],
      hosts: [`acme.${frontDoorZone}`, "localhost"],
    },
    now,
  );
  await Promise.all([
    writePrivateFile(files.caFile, authority.certificate),
    writePrivateFile(files.serverCertificate, server.certificate),
    writePrivateFile(files.serverKey, server.key.expose()),
  ]);
  const renewAfter = new Date(authority.x509.notAfter.getTime() - renewBeforeMs).toISOString();
  // Last: what was left half done is made anew.
  await writePrivateFile(files.madeFile, `${JSON.stringify({ renewAfter })}\n`);
}

/** BIND: one zone, authoritative only, changed by who has the key. */
export function renderNamed(files: FrontDoorFolder, address: string, secret: string): string {
  return `key "${tsigKeyName}" {
  algorithm hmac-sha256;
  secret "${secret}";
};
options {
  directory ${quote(files.zones)};
  pid-file none;
  session-keyfile ${quote(`${files.zones}/session.key`)};
  listen-on { ${address}; 127.0.0.1; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer { none; };
};
controls { };
zone "${frontDoorZone}" {
  type primary;
  file ${quote(files.zoneFile)};
  update-policy { grant ${tsigKeyName} zonesub ANY; };
  allow-transfer { key ${tsigKeyName}; };
};
`;
}

function renderZone(address: string): string {
  return `$TTL 60
@ IN SOA ns.${frontDoorZone}. hostmaster.${frontDoorZone}. ( 1 300 60 3600 1 )
@ IN NS ns.${frontDoorZone}.
ns IN A ${address}
acme IN A ${address}
`;
}

/**
 * Pebble as it is used against clusters: challenges at the real ports. It has
 * one profile, because it takes any of them at random for who names none
 * (https://github.com/letsencrypt/pebble/tree/v2.10.3#profiles).
 */
export function pebbleConfiguration(files: FrontDoorFolder, address: string): object {
  return {
    pebble: {
      listenAddress: new URL(acmeDirectory(address)).host,
      managementListenAddress: `${address}:15000`,
      certificate: files.serverCertificate,
      privateKey: files.serverKey,
      httpPort: 80,
      tlsPort: 443,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      domainBlocklist: [],
      retryAfter: { authz: 1, order: 1 },
      profiles: { default: { description: "90 days", validityPeriod: 90 * 24 * 3600 } },
    },
  };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
