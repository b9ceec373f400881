import type { KubeObject } from "../../core/model/kube-object.ts";
import { conditionOf, fieldsAt, textAt, wordsOf } from "./object-fields.ts";
import type { Readiness } from "./readiness.ts";
import { current, failed, inProgress } from "./readiness.ts";

/** An App of Rancher's catalog is done when its helm release is deployed (catalog.cattle.io/v1, status.summary.state). */
export function appReadiness(object: KubeObject): Readiness {
  const state = textAt(fieldsAt(fieldsAt(object, "status"), "summary"), "state");
  if (state === "deployed") {
    return current("the release is deployed");
  }
  return state === "failed"
    ? failed("the release failed")
    : inProgress(`the release is ${state ?? "not deployed yet"}`);
}

/** A ClusterRepo is done when Rancher has downloaded its index: until then it has no charts to install. */
export function clusterRepoReadiness(object: KubeObject): Readiness {
  const downloaded = conditionOf(object, "RepoDownloaded") ?? conditionOf(object, "Downloaded");
  if (downloaded?.status === "True") {
    return current("its index is downloaded");
  }
  return inProgress(downloaded === undefined ? "Rancher has not downloaded its index yet" : wordsOf(downloaded));
}
