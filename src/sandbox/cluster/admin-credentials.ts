import { readFile } from "node:fs/promises";
import path from "node:path";
import { Secret } from "../../core/secret.ts";
import type { ClusterFolder } from "./cluster-folder.ts";
import { apiServerUrl } from "./node-config.ts";

/** Who may do everything on a cluster: what the sandbox's own kubeconfig carries. PEM texts. */
export interface AdminCredentials {
  readonly server: string;
  readonly authority: string;
  readonly certificate: string;
  readonly key: Secret;
}

/** Reads the administrator's credentials of a cluster. */
export async function readAdminCredentials(folder: ClusterFolder, nodeAddress: string): Promise<AdminCredentials> {
  const [authority, certificate, key] = await Promise.all(
    ["ca.crt", "admin.crt", "admin.key"].map(async (name) => readFile(path.join(folder.certs, name), "utf8")),
  );
  if (authority === undefined || certificate === undefined || key === undefined) {
    throw new Error("the administrator's certificate is incomplete");
  }
  return { server: apiServerUrl(nodeAddress), authority, certificate, key: new Secret(key) };
}
