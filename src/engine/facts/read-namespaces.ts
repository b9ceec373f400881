import type { NamespaceFacts } from "../../core/checks/facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
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
      const { "istio-injection": injection, "istio.io/rev": revision } = labels;
      // Beside a revision istio-injection goes first, and the control plane of that revision does not inject.
      const injected = revision === undefined ? injection === "enabled" : injection === undefined;
      return [
        {
          name,
          labels,
          injected,
          ...(network === undefined ? {} : { network }),
          ...(pem === undefined ? {} : { roots: fingerprintsOf(pem) }),
          ...deletionOf(namespace),
        },
      ];
    }),
  );
  return all.flat();
}

/** Conditions of a namespace that goes, and that has to wait for somebody (https://github.com/kubernetes/api/blob/v0.36.0/core/v1/types.go, NamespaceConditionType). */
const waiting: ReadonlySet<string> = new Set([
  "NamespaceFinalizersRemaining",
  "NamespaceDeletionContentFailure",
  "NamespaceDeletionDiscoveryFailure",
  "NamespaceDeletionGroupVersionParsingFailure",
]);

function deletionOf(namespace: KubeObject): Pick<NamespaceFacts, "deletion"> {
  const since = namespace.metadata.deletionTimestamp;
  if (typeof since !== "string") {
    return {};
  }
  const { conditions = [] } = (namespace["status"] ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
  const words = conditions.flatMap(({ type, status, message = "" }) =>
    waiting.has(type) && status === "True" && message !== "" ? [message] : [],
  );
  return { deletion: { since, waitsFor: words.join("; ") } };
}

function fingerprintsOf(pem: string): readonly string[] {
  return readBundle(pem).certificates.map((one) => one.fingerprint256);
}
