import type { NamespaceFacts, NodeFacts } from "../../core/checks/facts.ts";
import { networkLabel } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { readBundle } from "../../pki/pem.ts";

/** Those of the named namespaces that are there, with the root that istiod has written into each. */
export async function readNamespaces(
  client: KubeClient,
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly NamespaceFacts[]> {
  const all = await Promise.all(
    names.map(async (name): Promise<readonly NamespaceFacts[]> => {
      const [namespace, roots] = await Promise.all([
        client.get({ apiVersion: "v1", kind: "Namespace", name }, { signal }),
        client.get({ apiVersion: "v1", kind: "ConfigMap", namespace: name, name: "istio-ca-root-cert" }, { signal }),
      ]);
      if (namespace === undefined) {
        return [];
      }
      const labels = namespace.metadata.labels ?? {};
      const network = labels[networkLabel];
      const pem = (roots?.["data"] as Readonly<Record<string, string>> | undefined)?.["root-cert.pem"];
      const injected = labels["istio-injection"] === "enabled" || labels["istio.io/rev"] !== undefined;
      return [
        {
          name,
          labels,
          injected,
          ...(network === undefined ? {} : { network }),
          ...(pem === undefined ? {} : { roots: fingerprintsOf(pem) }),
        },
      ];
    }),
  );
  return all.flat();
}

function fingerprintsOf(pem: string): readonly string[] {
  return readBundle(pem).certificates.map((one) => one.fingerprint256);
}

/** All nodes of a cluster. */
export async function readNodes(client: KubeClient, signal: AbortSignal): Promise<readonly NodeFacts[]> {
  const nodes = await client.list({ apiVersion: "v1", kind: "Node" }, { signal });
  return nodes.map((node) => {
    const status = node["status"] as
      | { readonly conditions?: readonly { readonly type: string; readonly status: string }[] }
      | undefined;
    return {
      name: node.metadata.name,
      ready: status?.conditions?.some((one) => one.type === "Ready" && one.status === "True") === true,
      region: node.metadata.labels?.["topology.kubernetes.io/region"] ?? "",
      zone: node.metadata.labels?.["topology.kubernetes.io/zone"] ?? "",
    };
  });
}
