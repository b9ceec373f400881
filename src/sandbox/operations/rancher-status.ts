import { clusterId, localClusterId } from "../rancher/rancher-names.ts";
import { rancherFolder, rancherUrl } from "../rancher/rancher-folder.ts";
import type { ComponentState } from "../cluster/node-state.ts";
import type { NodeFacts, SandboxState } from "./derive-status.ts";
import { deriveNodeStatus } from "./derive-status.ts";
import type { InstanceRecord, RecordedRancher } from "./instance-record.ts";

/** The Rancher double of a sandbox. Fields are only ever added. */
export interface RancherStatus {
  /** `https://172.30.0.10`. */
  readonly url: string;
  /** Path of the authority of its certificate, PEM. */
  readonly caFile: string;
  /** Path of the administrator's token. */
  readonly tokenFile: string;
  readonly state: SandboxState;
  /** What is missing, in sentences' parts; empty exactly when the state is `running`. */
  readonly problems: readonly string[];
  /** The clusters that it manages by their ids, its own first. */
  readonly clusters: readonly { readonly name: string; readonly id: string }[];
  readonly components: readonly ComponentState[];
}

/** Judges the double by its facts. */
export function deriveRancherStatus(
  folder: string,
  record: InstanceRecord,
  rancher: RecordedRancher,
  facts: NodeFacts,
): RancherStatus {
  const files = rancherFolder(folder);
  const { state, problems, components } = deriveNodeStatus(facts);
  return {
    url: rancherUrl(rancher.nodeAddress),
    caFile: files.caFile,
    tokenFile: files.tokenFile,
    state,
    problems,
    clusters: [
      { name: localClusterId, id: localClusterId },
      ...record.clusters.map(({ name }) => ({ name, id: clusterId(record.instance, name) })),
    ],
    components,
  };
}
