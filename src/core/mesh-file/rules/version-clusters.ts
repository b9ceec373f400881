import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { versionsOf } from "../walk-draft.ts";

/** Every version runs somewhere. */
export function checkVersionClusters(draft: MeshDraft): readonly Finding[] {
  return versionsOf(draft)
    .filter(({ value }) => value.clusters?.length === 0)
    .map(({ name, path, service }) => ({
      code: "ISM127",
      path: [...path, "clusters"],
      detail: `Version ${name} of ${service.name ?? "the service"} runs on no cluster, so every request that is sent to it would fail.`,
      fix: "Name the clusters that run it, or delete the version.",
    }));
}
