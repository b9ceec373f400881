import type { Mesh } from "../../core/model/mesh.ts";
import type { Materials } from "../../core/render/materials.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { RancherState } from "../clusters/rancher-link.ts";
import type { RunOptions } from "../options.ts";
import type { TrustPlan } from "./plan-trust.ts";
import { keptTokens } from "./rancher-tokens.ts";
import { remoteCredentialOf } from "./remote-credential.ts";

/** Whether a plan has to know what remote secrets say already. */
export function readsRemotes(mesh: Mesh): boolean {
  return mesh.access.credentials === "rancherToken";
}

/** The intermediates that stay as they are, by cluster. */
export function keptAuthorities(connected: readonly Connected[], trust: TrustPlan): Materials["authorities"] {
  const kept = connected.flatMap((one) => {
    const { authority } = one.facts;
    const keeps = trust.verdicts[one.cluster.name]?.action === "keep" && authority !== undefined;
    return keeps ? [[one.cluster.name, authority] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** The credentials that every cluster may keep for every other one. Asks Rancher for its tokens where they are such. */
export async function knownCredentials(
  mesh: Mesh,
  connected: readonly Connected[],
  rancher: RancherState,
  options: Pick<RunOptions, "now" | "signal">,
): Promise<Materials["remoteCredentials"]> {
  if (mesh.access.credentials === "rancherToken") {
    return rancher.kind === "linked" ? keptTokens(mesh, connected, rancher.link, options) : {};
  }
  const known = Object.fromEntries(
    connected.flatMap((one) =>
      one.facts.reader === undefined ? [] : [[one.cluster.name, remoteCredentialOf(one, one.facts.reader)] as const],
    ),
  );
  // A service account's token is the same for all that read the cluster.
  return Object.fromEntries(mesh.clusters.map((reader) => [reader.name, known]));
}
