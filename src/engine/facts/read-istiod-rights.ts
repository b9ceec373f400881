import type { IstiodRights } from "../../core/checks/control-plane-facts.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { findIstiod } from "./istiod-pods.ts";

interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly within?: string;
}

/** Group → what istiod follows there. */
const followed: Readonly<Record<string, readonly string[]>> = {
  "": ["namespaces", "nodes", "pods", "services"],
  "discovery.k8s.io": ["endpointslices"],
  "apiextensions.k8s.io": ["customresourcedefinitions"],
  "admissionregistration.k8s.io": ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
  "networking.istio.io": [
    "destinationrules",
    "envoyfilters",
    "gateways",
    "serviceentries",
    "sidecars",
    "virtualservices",
    "workloadentries",
  ],
  "security.istio.io": ["authorizationpolicies", "peerauthentications", "requestauthentications"],
};

/**
 * What every istiod needs with whatever is installed beside it: it is not ready
 * before it has listed all it follows, and asks who a proxy is by a TokenReview
 * (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates/clusterrole.yaml and role.yaml).
 */
const needed: readonly Right[] = [
  ...Object.entries(followed).flatMap(([group, resources]) =>
    resources.flatMap((resource) => ["list", "watch"].map((verb): Right => ({ verb, group, resource }))),
  ),
  ...["list", "watch"].map((verb): Right => ({ verb, group: "", resource: "secrets", within: istioNamespace })),
  { verb: "create", group: "authentication.k8s.io", resource: "tokenreviews" },
];

/** Which of them the account of istiod lacks, by the API server's own judgement; undefined without an istiod. */
export async function readIstiodRights(client: KubeClient, signal: AbortSignal): Promise<IstiodRights | undefined> {
  const deployment = await findIstiod(client, signal);
  if (deployment === undefined) {
    return undefined;
  }
  const { template } = (deployment["spec"] ?? {}) as {
    readonly template?: { readonly spec?: { readonly serviceAccountName?: string } };
  };
  const name = template?.spec?.serviceAccountName ?? "default";
  const asked = await Promise.all(
    needed.map(async (right) => ({
      ...right,
      allowed: await client.mayDo({ account: { namespace: istioNamespace, name }, ...right }, { signal }),
    })),
  );
  const lacks = new Map<string, string[]>();
  for (const { verb, group, resource } of asked.filter(({ allowed }) => !allowed)) {
    const kind = group === "" ? resource : `${resource}.${group}`;
    lacks.set(kind, [...(lacks.get(kind) ?? []), verb]);
  }
  return { account: name, lacks: [...lacks].map(([resource, verbs]) => ({ resource, verbs })) };
}
