import { describeId, keyOf } from "../../model/kube-object.ts";
import { hasLabels } from "../../model/labels.ts";
import { istioNamespace } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { applyCommand, kubectlCommand } from "../commands.ts";
import type { WorkloadFacts } from "../control-plane-facts.ts";
import type { AddedFieldFacts, AddedToObject } from "../drift-facts.ts";
import type { MeshFacts, ReachedCluster } from "../facts.ts";
import { whyNotCompared } from "../not-compared.ts";
import { istiodName, reachedClusters } from "../reached.ts";
import type { Subject } from "../subjects.ts";
import { gatewayPods, istiod, objectOf } from "../subjects.ts";
import { brokenBy } from "../drifted.ts";
import type { Effect } from "../added-effects/effect.ts";
import { ofObject } from "../added-effects/effect.ts";
import { effectOf } from "../added-effects/effect-of.ts";

/**
 * What others have added to objects of ours. An apply leaves it, since each
 * field belongs to whoever wrote it, so that no apply puts it right and
 * nothing that compares with one sees it.
 */
export const addedFields: Check = {
  id: "drift/added-fields",
  sentence: "nobody has added fields to what isthmus applied",
  pre: false,
  unseen: whyNotCompared,
  run: (facts) =>
    reachedClusters(facts).flatMap((one) =>
      one.drift?.kind === "compared" && one.drift.applied
        ? (one.drift.added ?? []).flatMap((object) => findingsOf(facts, one, object))
        : [],
    ),
};

/** What pods are made by: their spec, and what Istio's injector goes by (https://istio.io/latest/docs/reference/config/annotations/). */
const ofPods = /^\/spec\/template\/(?:spec\/|metadata\/(?:annotations|labels)\/[^/]*istio\.io)/;

interface Judged extends Effect {
  readonly field: AddedFieldFacts;
}

function findingsOf(facts: MeshFacts, one: ReachedCluster, object: AddedToObject): readonly Finding[] {
  const isIdle = stops(facts, one, object);
  const judged = object.fields.flatMap((field): readonly Judged[] => {
    const effect = effectOf({ one, object, field });
    // Why pods are not there is often what somebody has put into their template.
    const keepsPods = isIdle && ofPods.test(field.pointer);
    return effect === undefined
      ? []
      : [{ field, ...effect, ...(keepsPods ? { harms: true, breaks: ofObject({ one, object }) } : {}) }];
  });
  const [harmful, harmless] = [judged.filter(({ harms }) => harms), judged.filter(({ harms }) => !harms)];
  return [
    ...(harmful.length === 0
      ? []
      : [
          problem("ISM556", {
            ...fieldsOf(facts, one, object, harmful),
            breaks: [...harmful.flatMap(({ breaks }) => breaks), ...partsOf(facts, one, object)],
          }),
        ]),
    ...(harmless.length === 0 ? [] : [warning("ISM556", fieldsOf(facts, one, object, harmless))]),
  ];
}

function fieldsOf(
  facts: MeshFacts,
  one: ReachedCluster,
  { id }: AddedToObject,
  judged: readonly Judged[],
): Pick<Finding, "detail" | "fix" | "commands" | "cluster" | "object"> {
  // What else was changed is told with it then.
  const isChanged =
    one.drift?.kind === "compared" &&
    one.drift.objects.some((other) => keyOf(other.id) === keyOf(id)) &&
    judged.some(({ breaks }) => breaks.includes(objectOf(one.cluster, id)));
  const only = judged.length === 1;
  return {
    detail: `${describeId(id)} of ${one.cluster} has ${only ? "a field" : "fields"} that isthmus has not applied: ${judged.map(describe).join("; ")}. An apply leaves what belongs to somebody else.`,
    fix: `Take ${only ? "it" : "them"} out, also where ${only ? "it is" : "they are"} written down; or, where that is meant, write ${only ? "it" : "them"} into what isthmus applies: whoever has added ${only ? "it" : "them"} has to decide.`,
    commands: [
      removeFields(
        one,
        id,
        judged.map(({ field }) => field),
      ),
      ...(isChanged ? [applyCommand(facts, { cluster: one.cluster, force: [id.kind] })] : []),
    ],
    cluster: one.cluster,
    object: id,
  };
}

function describe({ field: { path, value, items, writer }, words }: Judged): string {
  const holds = value === undefined ? (items === undefined ? "" : ` (${items.join(", ")})`) : ` is ${value}`;
  const by = writer.manager === "" ? "by somebody" : `by ${writer.manager}`;
  return `${path}${holds}, written ${by}${writer.time === "" ? "" : ` at ${writer.time}`}${words === "" ? "" : `: ${words}`}`;
}

/**
 * The kubectl that takes just these fields out, and that fails where the object
 * is another by then. Later items of a list go first, so that places stay right
 * (https://www.rfc-editor.org/rfc/rfc6902).
 */
function removeFields(one: ReachedCluster, id: AddedToObject["id"], fields: readonly AddedFieldFacts[]): string {
  const lastFirst = fields.toSorted((a, b) => b.pointer.localeCompare(a.pointer, "en", { numeric: true }));
  const operations = lastFirst.flatMap(({ pointer, test }) => [
    ...(test === undefined ? [] : [`{"op":"test","path":${JSON.stringify(test.pointer)},"value":${test.value}}`]),
    `{"op":"remove","path":${JSON.stringify(pointer)}}`,
  ]);
  return kubectlCommand(one, "patch", id, "--type=json", "-p", `[${operations.join(",")}]`);
}

/** The gateway, istiod or versions that a workload runs. */
function partsOf(facts: MeshFacts, one: ReachedCluster, object: AddedToObject): readonly Subject[] {
  const { cluster } = one;
  const { id } = object;
  if (!/^(?:Deployment|StatefulSet|DaemonSet)$/.test(id.kind)) {
    return [];
  }
  if (id.kind !== "Deployment" || id.namespace !== istioNamespace) {
    return brokenBy(facts, cluster, { ...object, state: "changed" });
  }
  return [
    ...one.gateways.filter(({ name }) => name === id.name).map(({ name }) => gatewayPods(cluster, name)),
    ...(id.name === istiodName(one) ? [istiod(cluster)] : []),
  ];
}

/** True for a workload that lacks pods. */
function stops(facts: MeshFacts, one: ReachedCluster, { id, service, podLabels = {} }: AddedToObject): boolean {
  const lacks = ({ desired = 0, ready }: WorkloadFacts): boolean => ready < desired;
  if (id.namespace === istioNamespace && service === undefined) {
    return (
      one.gateways.some((gateway) => gateway.name === id.name && lacks(gateway)) ||
      (id.name === istiodName(one) && lacks(one.istiod))
    );
  }
  const here = one.services.find((other) => other.service === service);
  return facts.mesh.services
    .filter(({ namespace, name }) => `${namespace}/${name}` === service)
    .flatMap(({ versions }) => versions)
    .some(
      ({ name, labels, clusters }) =>
        clusters.includes(one.cluster) && hasLabels(podLabels, labels) && (here?.podsOf[name] ?? []).length === 0,
    );
}
