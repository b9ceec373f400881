import type { KubeClient } from "../../../kube/client.ts";

/** The cluster whose proxies are asked. */
export interface ProxyCluster {
  readonly name: string;
  /** The kubeconfig context, for the commands that a fix names. */
  readonly context: string;
  readonly client: KubeClient;
}
