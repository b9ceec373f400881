import type { PeerAuthenticationFacts } from "../checks/policy-facts.ts";
import { compareText } from "../render/order.ts";
import { istioNamespace } from "../render/names.ts";
import type { Labels } from "../model/labels.ts";
import { hasLabels } from "../model/labels.ts";

/** Which mTLS a pod takes at a port, and the object that says so; none where it is Istio's default. */
export interface MutualTls {
  readonly mode: "DISABLE" | "PERMISSIVE" | "STRICT";
  readonly policy?: PeerAuthenticationFacts;
}

/**
 * As istiod decides it (istio.io/istio, pilot/pkg/security/authn, ComposePeerAuthentication):
 * the oldest policy of the mesh, then of the namespace, then of the pod's labels,
 * each over the one before where it is not UNSET. Modes of single ports count
 * beside labels only.
 */
export function mutualTlsOf(
  policies: readonly PeerAuthenticationFacts[],
  pod: { readonly namespace: string; readonly labels: Labels },
  port: number,
): MutualTls {
  const oldest = policies.toSorted(
    (a, b) => compareText(a.created, b.created) || compareText(`${a.name}.${a.namespace}`, `${b.name}.${b.namespace}`),
  );
  const wide = (namespace: string): PeerAuthenticationFacts | undefined =>
    oldest.find((one) => one.namespace === namespace && isForAll(one));
  const own = oldest.find(
    (one) => one.namespace === pod.namespace && !isForAll(one) && hasLabels(pod.labels, one.selector ?? {}),
  );
  let found: MutualTls = { mode: "PERMISSIVE" };
  for (const policy of [wide(istioNamespace), wide(pod.namespace), own]) {
    found = over(found, policy, policy?.mode);
  }
  return over(found, own, own?.portModes[port]);
}

function isForAll({ selector }: PeerAuthenticationFacts): boolean {
  return selector === undefined || Object.keys(selector).length === 0;
}

function over(before: MutualTls, policy: PeerAuthenticationFacts | undefined, mode: string | undefined): MutualTls {
  return policy !== undefined && (mode === "DISABLE" || mode === "PERMISSIVE" || mode === "STRICT")
    ? { mode, policy }
    : before;
}
