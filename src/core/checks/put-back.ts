import type { ObjectId } from "../model/kube-object.ts";
import { describeId, keyOf } from "../model/kube-object.ts";
import { onceFor } from "../once-for.ts";
import type { Finding } from "./check.ts";
import { applyCommand, kubectlCommand } from "./commands.ts";
import type { DriftedObject } from "./drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "./facts.ts";
import { afterQuota, fullQuotaFor } from "./full-quota.ts";
import { istioNamespace } from "../render/names.ts";
import { applyFix, reachedCluster } from "./reached.ts";

/**
 * A finding whose fix is an apply (`applyFix`), with the commands that put its
 * object back, by what is known of the object's drift: fields are taken over
 * only where somebody else has written them, an object is deleted first where
 * the API server would refuse the apply, and where an apply would change
 * nothing the fix says who has to decide instead.
 */
export function completeFix(facts: MeshFacts, finding: Finding): Finding {
  const { fix = "", cluster, object } = finding;
  if (finding.commands !== undefined || !fix.startsWith(applyFix)) {
    return finding;
  }
  const rest = fix.slice(applyFix.length).trim();
  const say = (text: string): string => [text, ...(rest === "" ? [] : [rest])].join(" ");
  const one = cluster === undefined ? undefined : reachedCluster(facts, cluster);
  if (one === undefined || object === undefined) {
    return { ...finding, fix: say(putBack), commands: [applyCommand(facts)] };
  }
  const key = keyOf(object);
  const drifted = driftedByKey(driftedIn(one)).get(key);
  if (drifted === undefined && isNotOurs(facts, one, object)) {
    return {
      ...finding,
      fix: say(
        `An apply has nothing to put back: isthmus has not made ${describeId(object)} in ${one.cluster}, or has made it so. Whoever deploys it has to decide how it is put right.`,
      ),
    };
  }
  return { ...finding, ...wayBack(facts, one, { object, drifted }, say) };
}

/** How an object that isthmus has made comes back, by what is known of it. */
function wayBack(
  facts: MeshFacts,
  one: ReachedCluster,
  { object, drifted }: { readonly object: ObjectId; readonly drifted: DriftedObject | undefined },
  say: (text: string) => string,
): Pick<Finding, "fix" | "commands"> {
  const apply = applyCommand(facts, { cluster: one.cluster });
  const full = isMissing(drifted) ? fullQuotaFor(one, object) : undefined;
  if (full !== undefined) {
    return { fix: say(afterQuota(full, apply)) };
  }
  if (drifted?.refusal !== undefined) {
    return {
      fix: say(
        "An apply alone is refused, since lists are joined by their items' keys and somebody else's item stays: delete the object, which stops what it does for a moment, and have it made again.",
      ),
      commands: [kubectlCommand(one, "delete", object), apply],
    };
  }
  const force = drifted?.state === "changed" || one.drift?.kind !== "compared" ? [object.kind] : [];
  return { fix: say(putBack), commands: [applyCommand(facts, { cluster: one.cluster, force })] };
}

function isMissing(drifted: DriftedObject | undefined): boolean {
  return drifted?.state === "gone" || drifted?.state === "unmade";
}

/** True for an object that isthmus has not made there, or has made so. */
function isNotOurs(facts: MeshFacts, one: ReachedCluster, object: ObjectId): boolean {
  return isOfInstallation(facts, object) || isNamedGateway(one, object) || isCompared(one, describeId(object));
}

const kindsOfInstallation: ReadonlySet<string> = new Set([
  "Deployment",
  "Service",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
]);

/** True for what somebody else installs: workloads, Services and webhooks of Istio itself. */
function isOfInstallation({ mesh }: MeshFacts, { kind, namespace = istioNamespace }: ObjectId): boolean {
  return mesh.install === "existing" && namespace === istioNamespace && kindsOfInstallation.has(kind);
}

/** True for the Service and Deployment of a gateway that somebody else has made and the mesh file names. */
function isNamedGateway({ gateways }: ReachedCluster, { namespace, name }: ObjectId): boolean {
  return gateways.some(
    ({ at }) => at !== undefined && at.namespace === namespace && [at.service, at.deployment].includes(name),
  );
}

const putBack = "Put back what the mesh file asks for.";

const driftedByKey = onceFor(
  (objects: ReturnType<typeof driftedIn>) => new Map(objects.map((one) => [keyOf(one.id), one])),
);

function driftedIn({ drift }: ReachedCluster): Extract<ReachedCluster["drift"], { kind: "compared" }>["objects"] {
  return drift?.kind === "compared" ? drift.objects : [];
}

/** True when a plan has compared everything that isthmus has there, this object too if it is one of them. */
function isCompared({ drift }: ReachedCluster, object: string): boolean {
  return drift?.kind === "compared" && drift.applied && !drift.unknown.some((one) => one.object === object);
}
