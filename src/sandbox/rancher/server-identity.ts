import { readFile } from "node:fs/promises";
import { Secret } from "../../core/secret.ts";
import { issue, makeAuthority } from "../cluster/credentials.ts";
import { readJsonFile, writePrivateFile } from "../cluster/private-file.ts";
import type { RancherFolder } from "./rancher-folder.ts";

/** What the double's HTTPS server shows, and the authority behind it. PEM texts. */
export interface ServerIdentity {
  readonly authority: string;
  readonly certificate: string;
  readonly key: Secret;
}

/** As for a cluster's credentials: made anew when less than this is left of their year. */
const renewBeforeMs = 30 * 24 * 3600 * 1000;

/**
 * The double's certificate for its address, by an authority of its own
 * (O=isthmus sandbox, CN=<instance> Rancher CA, as a private Rancher has one):
 * made once and kept, so that who trusts `ca.crt` trusts it after a restart.
 */
export async function ensureServerIdentity(
  folder: RancherFolder,
  request: { readonly instance: string; readonly address: string },
  now: Date,
): Promise<ServerIdentity> {
  const made = (await readJsonFile(folder.madeFile)) as { readonly renewAfter?: string } | undefined;
  if (made?.renewAfter === undefined || now >= new Date(made.renewAfter)) {
    await makeIdentity(folder, request, now);
  }
  const [authority, certificate, key] = await Promise.all(
    [folder.caFile, folder.serverCertificate, folder.serverKey].map(async (file) => readFile(file, "utf8")),
  );
  return { authority: authority ?? "", certificate: certificate ?? "", key: new Secret(key ?? "") };
}

async function makeIdentity(
  folder: RancherFolder,
  { instance, address }: { readonly instance: string; readonly address: string },
  now: Date,
): Promise<void> {
  const authority = await makeAuthority({ group: "isthmus sandbox", name: `${instance} Rancher CA` }, now);
  const server = await issue(
    authority,
    { file: "server", name: "rancher", usage: "server", addresses: [address, "127.0.0.1"], hosts: ["localhost"] },
    now,
  );
  await Promise.all([
    writePrivateFile(folder.caFile, authority.certificate),
    writePrivateFile(folder.serverCertificate, server.certificate),
    writePrivateFile(folder.serverKey, server.key.expose()),
  ]);
  const renewAfter = new Date(authority.x509.notAfter.getTime() - renewBeforeMs).toISOString();
  // Last: what was left half done is made anew.
  await writePrivateFile(folder.madeFile, `${JSON.stringify({ renewAfter })}\n`);
}
