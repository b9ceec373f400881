import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { DrainStep, DrainSteps } from "../../core/drain/drain-steps.ts";
import { affectedOf } from "../../core/drain/drain-steps.ts";
import type { Drain } from "../../core/model/drain.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Service } from "../../core/model/mesh.ts";
import { isRuleFor } from "../../core/policies/client-tls.ts";
import { networkingOf } from "../../core/releases/istio-releases.ts";
import { clusterLabel, istioNamespace, meshLabel } from "../../core/render/names.ts";
import { frontRoutesOf } from "../../core/routing/hosts.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { listEverywhere, listKnown } from "../facts/list-known.ts";

/**
 * Refuses to call callers away from a service that no gateway shows, where
 * something of somebody else's may hold them, since sidecars are not asked for
 * their endpoints: a PeerAuthentication that selects the same pods, of which
 * istiod obeys the older one (ComposePeerAuthentication, pilot/pkg/security/authn),
 * or a DestinationRule with a TLS mode, which it obeys instead of any
 * (mtlsChecker, pilot/pkg/xds/endpoints). A UserError (ISM605) names them.
 */
export async function refuseOlderPolicies(
  { client, cluster }: Connected,
  steps: DrainSteps,
  step: DrainStep,
  signal: AbortSignal,
): Promise<void> {
  const unseen = affectedOf(step.mesh, steps).filter(
    (service) => frontRoutesOf(service).length === 0 && drainsOf(service, steps, cluster.name).length > 0,
  );
  if (unseen.length === 0) {
    return;
  }
  const apiVersion = networkingOf(step.mesh.istio);
  const [policies, rules] = await Promise.all([
    listKnown(
      client,
      { apiVersion: "security.istio.io/v1beta1", kind: "PeerAuthentication" },
      [...new Set(unseen.map(({ namespace }) => namespace))],
      signal,
    ),
    listRules(client, { apiVersion, namespaces: unseen.map(({ namespace }) => namespace) }, signal),
  ]);
  const held = policies.filter((policy) =>
    unseen.some(
      (service) =>
        service.namespace === policy.metadata.namespace &&
        drainsOf(service, steps, cluster.name).some((drain) => mayCount(policy, drain)),
    ),
  );
  const decided = rules.filter((rule) => unseen.some((service) => decidesTls(rule, service)));
  const places = { drained: steps.cluster, caller: cluster.name };
  const said = [...ofPolicies(held, places), ...ofRules(decided, places)];
  if (said.length > 0) {
    throw new UserError(
      said.map((one) => ({ ...errorOf("ISM605"), ...one, cluster: cluster.name })),
      exitCodes.failed,
    );
  }
}

/** Those of callers' namespaces too; an account that may not list them all sees those of the services' and of Istio's. */
async function listRules(
  client: KubeClient,
  { apiVersion, namespaces }: { readonly apiVersion: string; readonly namespaces: readonly string[] },
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const kind = { apiVersion, kind: "DestinationRule" };
  return unlessForbidden(
    async () => listEverywhere(client, kind, signal),
    async () => listKnown(client, kind, [...new Set([istioNamespace, ...namespaces])], signal),
  );
}

function drainsOf({ drains = [] }: Service, steps: DrainSteps, caller: string): readonly Drain[] {
  return drains.filter((one) => one.cluster === steps.cluster && one.cluster !== caller);
}

interface Places {
  readonly drained: string;
  readonly caller: string;
}

type Said = readonly Pick<Diagnostic, "detail" | "fix">[];

function ofPolicies(all: readonly KubeObject[], { drained, caller }: Places): Said {
  const detail = `PeerAuthentication ${namesOf(all)} of ${caller} may select pods of ${drained} too, and Istio obeys the oldest one. No gateway has these services, so that nobody sees whether sidecars of ${caller} have left them.`;
  const fix =
    "Give it a selector that leaves these pods out, or one for the namespace without a selector in its place, then run the same command again.";
  return all.length === 0 ? [] : [{ detail, fix }];
}

function ofRules(all: readonly KubeObject[], { drained, caller }: Places): Said {
  const detail = `DestinationRule ${namesOf(all)} of ${caller} says itself how requests are encrypted (tls), so that sidecars there keep the pods of ${drained} whatever they are told of them. No gateway has these services, so that nobody sees whether they have left.`;
  const fix = "Take tls out of it, since Istio chooses mTLS by itself, then run the same command again.";
  return all.length === 0 ? [] : [{ detail, fix }];
}

interface RuleSpec {
  readonly host?: string;
  readonly trafficPolicy?: RulePolicy;
  readonly subsets?: readonly { readonly trafficPolicy?: RulePolicy }[];
}

interface RulePolicy {
  readonly tls?: object;
  readonly portLevelSettings?: readonly { readonly tls?: object }[];
}

/** A rule of anybody's with a TLS mode for a service; ours have none. */
function decidesTls({ metadata, ...object }: KubeObject, service: Service): boolean {
  const { host = "", trafficPolicy, subsets = [] } = (object["spec"] ?? {}) as RuleSpec;
  const policies = [trafficPolicy, ...subsets.map((subset) => subset.trafficPolicy)].flatMap((one) => one ?? []);
  return (
    isRuleFor({ host, namespace: metadata.namespace ?? "" }, service) &&
    policies.some(
      ({ tls, portLevelSettings = [] }) =>
        tls !== undefined || portLevelSettings.some((port) => port.tls !== undefined),
    )
  );
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

function namesOf(all: readonly KubeObject[]): string {
  return all.map(({ metadata: { namespace, name } }) => `${namespace ?? ""}/${name}`).join(", ");
}
