import { Secret } from "../../core/secret.ts";
import { textOf } from "../../kube/kubeconfig/read-fields.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherServer } from "./rancher-server.ts";

/** A kubeconfig for the cluster, as YAML. It may hold a token that Rancher makes for it. */
export async function generateKubeconfig(
  { url, requests }: RancherServer,
  clusterId: string,
  signal: AbortSignal,
): Promise<Secret> {
  const subject = "generate a kubeconfig";
  const path = `/v3/clusters/${encodeURIComponent(clusterId)}?action=generateKubeconfig`;
  const { body } = await requests.send({ method: "POST", path, subject, clusterId, signal });
  const config = textOf(body["config"]);
  if (config === undefined) {
    throw new RancherError({ kind: "not-rancher", url, subject, message: "the answer has no kubeconfig" });
  }
  return new Secret(config);
}
