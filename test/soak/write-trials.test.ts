import { afterAll, beforeAll, expect, it } from "vitest";
import { createWriteTrials } from "../../src/engine/plan/write-trials.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { createKubeClient } from "../../src/kube/connect-client.ts";
import { resolveContext } from "../../src/kube/kubeconfig/resolve-context.ts";
import { contextOf, sandboxKubeconfig } from "../e2e/world.ts";
import { kubectl } from "../faults/fault.ts";

// What check tries of pods, by a real API server: the fake one has no admission.

type Fields = Readonly<Record<string, unknown>>;

interface Row {
  /** What there is beside the pods, or in them. */
  readonly what: string;
  /** Of the namespace, which gets them when its pods are there. */
  readonly labels?: string;
  readonly pod?: Fields;
  readonly kind?: "StatefulSet" | "DaemonSet";
  /** Put into the namespace when its pods are there. */
  readonly later?: Fields;
  /** Words of the refusal; left out where the pod is let in. */
  readonly refusal?: string;
  /** Words of what is not known of it; left out where it is let in or refused. */
  readonly unknown?: string;
}

const quota = (hard: Fields): Fields => ({ apiVersion: "v1", kind: "ResourceQuota", spec: { hard } });
const twice = ["1", "2"].map((value) => ({ name: "A", value }));

const rows: readonly Row[] = [
  { what: "nothing" },
  { what: "a quota that is used up", later: quota({ pods: "1" }), unknown: "exceeded quota" },
  { what: "a quota for what is not said", later: quota({ "limits.cpu": "10" }), refusal: "must specify limits.cpu" },
  {
    what: "a range",
    later: { apiVersion: "v1", kind: "LimitRange", spec: { limits: [{ type: "Pod", min: { cpu: "1" } }] } },
    refusal: "minimum cpu usage per Pod is 1",
  },
  { what: "a standard", labels: "pod-security.kubernetes.io/enforce=restricted", refusal: "violates PodSecurity" },
  { what: "an account that is not there", pod: { serviceAccountName: "away" }, refusal: "error looking up service" },
  { what: "a priority that is not there", pod: { priorityClassName: "away" }, refusal: "no PriorityClass" },
  { what: "a runtime that is not there", pod: { runtimeClassName: "away" }, refusal: 'RuntimeClass "away" not found' },
  {
    what: "a variable that is there twice, as kubectl create lets it",
    pod: { containers: [{ name: "web", image: "web:1", env: twice }] },
  },
  { what: "a policy against naked pods", labels: "no-naked-pods=true" },
  { what: "a policy against all pods", labels: "no-pods=true", refusal: "until Monday" },
  { what: "a webhook that is not there", labels: "asked=true", refusal: "failed calling webhook" },
  {
    what: "a StatefulSet with claims",
    kind: "StatefulSet",
    pod: { containers: [{ name: "web", image: "web:1", volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
  },
  { what: "a DaemonSet", kind: "DaemonSet" },
];

const admission = "admissionregistration.k8s.io/v1";
const newPods = [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }];

/** For namespaces that have its name as a label. */
function policy(name: string, expression: string): readonly Fields[] {
  const namespaceSelector = { matchLabels: { [name]: "true" } };
  return [
    {
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicy",
      metadata: { name },
      spec: {
        matchConstraints: { resourceRules: newPods },
        validations: [{ expression, message: "until Monday" }],
      },
    },
    {
      apiVersion: admission,
      kind: "ValidatingAdmissionPolicyBinding",
      metadata: { name },
      spec: { policyName: name, validationActions: ["Deny"], matchResources: { namespaceSelector } },
    },
  ];
}

const ofTheCluster: readonly Fields[] = [
  ...policy("no-naked-pods", "has(object.metadata.ownerReferences) && object.metadata.ownerReferences[0].controller"),
  ...policy("no-pods", "false"),
  {
    apiVersion: admission,
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "trial" },
    webhooks: [
      {
        name: "pods.trial.example",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        timeoutSeconds: 1,
        clientConfig: { service: { namespace: "default", name: "away" } },
        rules: newPods,
        namespaceSelector: { matchLabels: { asked: "true" } },
      },
    ],
  },
];

function namespaceOf(row: Row): string {
  return `trial-${rows.indexOf(row)}`;
}

function workloadOf(row: Row): readonly Fields[] {
  const { kind = "Deployment", pod } = row;
  const metadata = { name: "web", namespace: namespaceOf(row) };
  const labels = { app: "web" };
  const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
  const spec = {
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }], ...pod } },
    ...(kind === "StatefulSet"
      ? { serviceName: "web", volumeClaimTemplates: [{ metadata: { name: "data" }, spec: claim }] }
      : {}),
  };
  return [
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: labels, ports: [{ port: 80 }] } },
    { apiVersion: "apps/v1", kind, metadata, spec },
  ];
}

async function send(verb: "create" | "delete", items: readonly Fields[]): Promise<void> {
  const more = verb === "delete" ? ["--ignore-not-found"] : [];
  await kubectl("west", [verb, ...more, "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items }));
}

async function connect(): Promise<KubeClient> {
  const context = contextOf("west");
  const found = await resolveContext({
    cluster: "west",
    context,
    kubeconfigFile: sandboxKubeconfig(),
    env: {},
    extraFiles: [],
  });
  if (found.kind !== "resolved") {
    throw new Error(`there is no context ${context}`);
  }
  return createKubeClient({ cluster: "west", context: found.context });
}

const namespaces = rows.map((row) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespaceOf(row) } }));

beforeAll(async () => {
  await send("create", namespaces);
  await send("create", rows.flatMap(workloadOf));
  // The one that uses the quota up; nothing may refuse it.
  await kubectl("west", ["-n", "trial-1", "wait", "--for=create", "pod", "--selector=app=web", "--timeout=60s"]);
  await send("create", ofTheCluster);
  await send(
    "create",
    rows.flatMap(({ later }, place) =>
      later === undefined ? [] : [{ ...later, metadata: { name: "team", namespace: `trial-${place}` } }],
    ),
  );
  for (const row of rows) {
    await (row.labels === undefined ? "" : kubectl("west", ["label", "namespace", namespaceOf(row), row.labels]));
  }
});

afterAll(async () => {
  await send("delete", [...ofTheCluster, ...namespaces]);
});

it.each(rows)("tries the next pod beside $what", async (row) => {
  const client = await connect();
  const namespace = namespaceOf(row);
  const tryPod = async (): Promise<unknown> => {
    const trials = createWriteTrials(client, AbortSignal.timeout(60_000));
    await trials.ofServices([{ namespace, name: "web" }]);
    return { refused: trials.refused.map(({ says }) => says), ...trials.tried([]) };
  };
  // Policies and quotas are in force some time after they are there.
  await expect.poll(tryPod, { timeout: 60_000 }).toEqual({
    refused: row.refusal === undefined ? [] : [expect.stringContaining(row.refusal)],
    pods: [namespace],
    unknown:
      row.unknown === undefined ? [] : [expect.objectContaining({ reason: expect.stringContaining(row.unknown) })],
  });
  await client.close();
});
