import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DrainStep, DrainSteps } from "../../core/drain/drain-steps.ts";
import { affectedOf } from "../../core/drain/drain-steps.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { clusterLabel, meshLabel } from "../../core/render/names.ts";
import { frontRoutesOf } from "../../core/routing/hosts.ts";
import type { Connected } from "../clusters/connect-clusters.ts";

/**
 * Refuses to call callers away from a service that no gateway shows, where
 * somebody else's PeerAuthentication may select the same pods: of two such
 * policies istiod obeys the older one (ComposePeerAuthentication,
 * pilot/pkg/security/authn), and sidecars are not asked for their endpoints. A
 * UserError (ISM605) names them.
 */
export async function refuseOlderPolicies(
  { client, cluster }: Connected,
  steps: DrainSteps,
  step: DrainStep,
  signal: AbortSignal,
): Promise<void> {
  const unseen = affectedOf(step.mesh, steps).filter((service) => frontRoutesOf(service).length === 0);
  const found = await Promise.all(
    unseen.map(async ({ namespace, drains = [] }) => {
      const own = drains.filter((one) => one.cluster === steps.cluster && one.cluster !== cluster.name);
      const all =
        own.length === 0
          ? []
          : await client.list(
              { apiVersion: "security.istio.io/v1beta1", kind: "PeerAuthentication", namespace },
              { signal },
            );
      return all.filter((policy) => own.some((drain) => mayCount(policy, drain))).map(nameOf);
    }),
  );
  const names = [...new Set(found.flat())];
  if (names.length > 0) {
    throw new UserError(
      [
        {
          ...errorOf("ISM605"),
          detail: `PeerAuthentication ${names.join(", ")} of ${cluster.name} may select pods of ${steps.cluster} too, and Istio obeys the oldest one. No gateway has these services, so that nobody sees whether sidecars of ${cluster.name} have left them.`,
          fix: `Give it a selector that leaves these pods out, or one for the namespace without a selector in its place, then run the same command again.`,
          cluster: cluster.name,
        },
      ],
      exitCodes.failed,
    );
  }
}

/** One without a selector counts after those with one; one of labels that the pods do not have does not count. */
function mayCount(policy: KubeObject, { selector, cluster }: Drain): boolean {
  const { selector: { matchLabels = {} } = {} } = (policy["spec"] ?? {}) as {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  };
  const known: Readonly<Record<string, string>> = { ...selector, [clusterLabel]: cluster };
  return (
    policy.metadata.labels?.[meshLabel] === undefined &&
    Object.keys(matchLabels).length > 0 &&
    Object.entries(matchLabels).every(([key, value]) => (known[key] ?? value) === value)
  );
}

function nameOf({ metadata: { namespace, name } }: KubeObject): string {
  return `${namespace ?? ""}/${name}`;
}
