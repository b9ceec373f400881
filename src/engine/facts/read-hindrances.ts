import type { HinderedWorkload } from "../../core/checks/hindrance-facts.ts";
import type { GatewayFacts, IstiodFacts } from "../../core/checks/control-plane-facts.ts";
import type { ServiceFacts } from "../../core/checks/facts.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { hasLabels } from "../../core/model/labels.ts";
import type { Service } from "../../core/model/mesh.ts";
import { istioNamespace } from "../../core/render/names.ts";
import type { KubeClient } from "../../kube/client.ts";
import { unlessForbidden } from "../../kube/errors.ts";
import { explainWorkload } from "../../kube/readiness/explain-workload.ts";
import { conditionOf, wordsOf } from "../../kube/readiness/object-fields.ts";
import { readinessOf } from "../../kube/readiness/readiness-of.ts";

/** What is known of a cluster's workloads before anybody asks why pods are missing. */
export interface Standing {
  readonly istiod: IstiodFacts;
  readonly gateways: readonly GatewayFacts[];
  readonly services: readonly ServiceFacts[];
}

/** A workload that lacks pods. */
interface Lacking extends Pick<HinderedWorkload, "service" | "version"> {
  readonly object: KubeObject;
}

/**
 * Why pods that the mesh needs are not there, in Kubernetes' own words. Where
 * none is missing nothing is asked for.
 */
export async function readHindrances(
  client: KubeClient,
  services: readonly Service[],
  standing: Standing,
  signal: AbortSignal,
): Promise<readonly HinderedWorkload[]> {
  const lacking = [
    ...(await partsOfIstio(client, standing, signal)),
    ...(await versionsWithoutPods(client, services, standing, signal)),
  ];
  return Promise.all(
    lacking.map(async ({ object, ...part }): Promise<HinderedWorkload> => {
      const words = failureOf(object) ?? (await explainWorkload(client, object, signal)) ?? readinessOf(object).reason;
      const { namespace = "", name } = object.metadata;
      const webhook = await webhookIn(client, words, signal);
      return { kind: object.kind, namespace, name, ...part, words, ...(webhook === undefined ? {} : { webhook }) };
    }),
  );
}

/** What a Deployment copies from its ReplicaSet; without progress for long, its own words are about that only. */
function failureOf(object: KubeObject): string | undefined {
  const failure = conditionOf(object, "ReplicaFailure");
  return failure?.status === "True" ? `pods cannot be created: ${wordsOf(failure)}` : undefined;
}

async function partsOfIstio(
  client: KubeClient,
  { istiod, gateways }: Standing,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  const names = [
    ...(istiod.ready < (istiod.desired ?? 0) ? [istiod.deployment ?? "istiod"] : []),
    ...gateways.filter(({ desired = 0, ready }) => ready < desired).map(({ name }) => name),
  ];
  const objects = await Promise.all(
    names.map(async (name) =>
      client.get({ apiVersion: "apps/v1", kind: "Deployment", namespace: istioNamespace, name }, { signal }),
    ),
  );
  return objects.flatMap((object) => (object === undefined ? [] : [{ object }]));
}

async function versionsWithoutPods(
  client: KubeClient,
  services: readonly Service[],
  standing: Standing,
  signal: AbortSignal,
): Promise<readonly Lacking[]> {
  const found = await Promise.all(
    services.map(async ({ namespace, name, versions }): Promise<readonly Lacking[]> => {
      const key = `${namespace}/${name}`;
      const here = standing.services.find(({ service }) => service === key);
      const empty = versions.filter((version) => here !== undefined && (here.podsOf[version.name] ?? []).length === 0);
      // A service without versions is whatever its Service selects.
      const whole = versions.length === 0 && here?.endpoints.length === 0 ? [{ labels: {} }] : [];
      if (here === undefined || Object.keys(here.selector).length === 0 || empty.length + whole.length === 0) {
        return [];
      }
      const workloads = await listWorkloads(client, namespace, signal);
      return [...empty, ...whole].flatMap((version) =>
        workloads
          .filter((object) => {
            const labels = podLabelsOf(object);
            return hasLabels(labels, here.selector) && hasLabels(labels, version.labels) && asksForPods(object);
          })
          .map((object) => ({ object, service: key, ...("name" in version ? { version: version.name } : {}) })),
      );
    }),
  );
  return found.flat();
}

async function listWorkloads(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> {
  const lists = await Promise.all(
    ["Deployment", "StatefulSet"].map(async (kind) =>
      listAllowed(async () => client.list({ apiVersion: "apps/v1", kind, namespace }, { signal })),
    ),
  );
  return lists.flat();
}

/** None where this account may not look for them: then Kubernetes' words about a pod are all that is known. */
async function listAllowed(list: () => Promise<readonly KubeObject[]>): Promise<readonly KubeObject[]> {
  return unlessForbidden(list, () => []);
}

interface WorkloadSpec {
  readonly replicas?: number;
  readonly template?: { readonly metadata?: { readonly labels?: Readonly<Record<string, string>> } };
}

function podLabelsOf(object: KubeObject): Readonly<Record<string, string>> {
  return (object["spec"] as WorkloadSpec | undefined)?.template?.metadata?.labels ?? {};
}

function asksForPods(object: KubeObject): boolean {
  return (object["spec"] as WorkloadSpec | undefined)?.replicas !== 0;
}

interface Webhook {
  readonly name: string;
  readonly clientConfig?: { readonly service?: { readonly namespace?: string; readonly name?: string } };
}

/** The configuration of the webhook that the API server names where it refuses something. */
async function webhookIn(
  client: KubeClient,
  words: string,
  signal: AbortSignal,
): Promise<HinderedWorkload["webhook"] | undefined> {
  const [, failing, denying] = /failed calling webhook "([^"]+)"|admission webhook "([^"]+)" denied/.exec(words) ?? [];
  const name = failing ?? denying;
  if (name === undefined) {
    return undefined;
  }
  const lists = await Promise.all(
    ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"].map(async (kind) =>
      listAllowed(async () => client.list({ apiVersion: "admissionregistration.k8s.io/v1", kind }, { signal })),
    ),
  );
  for (const object of lists.flat()) {
    const webhooks = (object["webhooks"] ?? []) as unknown as readonly Webhook[];
    const place = webhooks.findIndex((one) => one.name === name);
    if (place !== -1) {
      const { namespace, name: service } = webhooks[place]?.clientConfig?.service ?? {};
      return {
        name,
        kind: object.kind,
        configuration: object.metadata.name,
        place,
        answers: failing === undefined,
        ...(service === undefined ? {} : { service: `${namespace ?? ""}/${service}` }),
      };
    }
  }
  return undefined;
}
