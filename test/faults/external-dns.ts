import type { ClusterName } from "./fault.ts";
import { put } from "./fault.ts";

/** An external-dns as its manifests install it; none of its pods is needed to see how it was set up. */
export async function putExternalDns(
  cluster: ClusterName,
  { owner = "sandbox", policy = "upsert-only" }: { readonly owner?: string; readonly policy?: string } = {},
): Promise<void> {
  const labels = { app: "external-dns" };
  await put(cluster, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "external-dns", namespace: "default", labels },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [
            {
              name: "external-dns",
              image: "registry.k8s.io/external-dns/external-dns:v0.19.0",
              args: ["--source=istio-gateway", "--registry=txt", "--txt-owner-id", owner],
              env: [{ name: "EXTERNAL_DNS_POLICY", value: policy }],
            },
          ],
        },
      },
    },
  });
}
