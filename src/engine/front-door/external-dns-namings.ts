import type { OwnerRecordNaming } from "../../core/front-door/external-dns-owner.ts";
import { KubeError } from "../../kube/errors.ts";
import type { Connection } from "../clusters/connect-clusters.ts";
import { readExternalDns } from "../facts/read-external-dns.ts";

/**
 * How the running external-dns of the clusters name their owner records, each
 * once. Where this account may not list Deployments, and in clusters that do
 * not answer, nothing is known, and the names that external-dns has by default are looked at.
 */
export async function readNamings(
  connections: readonly Connection[],
  signal: AbortSignal,
): Promise<readonly OwnerRecordNaming[]> {
  const connected = connections.filter((one) => one.kind === "connected");
  const all = await Promise.all(
    connected.map(async ({ client }) => {
      try {
        return await readExternalDns(client, signal);
      } catch (error) {
        if (error instanceof KubeError) {
          return [];
        }
        throw error;
      }
    }),
  );
  const namings = all
    .flat()
    .map(
      ({ txtPrefix: prefix, txtSuffix: suffix, txtWildcardReplacement: wildcardReplacement }): OwnerRecordNaming => ({
        ...(prefix === undefined ? {} : { prefix }),
        ...(suffix === undefined ? {} : { suffix }),
        ...(wildcardReplacement === undefined ? {} : { wildcardReplacement }),
      }),
    );
  return [...new Map(namings.map((one) => [JSON.stringify(one), one])).values()];
}
