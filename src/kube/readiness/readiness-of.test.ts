import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { Secret } from "../../core/secret.ts";
import type { Readiness } from "./readiness-of.ts";
import { isReadyOnceStored, readinessOf } from "./readiness-of.ts";

interface Case {
  readonly name: string;
  readonly object: KubeObject;
  readonly state: Readiness["state"];
  readonly reason: string | RegExp;
}

function make(
  apiVersion: string,
  kind: string,
  fields: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): KubeObject {
  return {
    apiVersion,
    kind,
    metadata: { name: "x", namespace: "demo", ...metadata },
    ...fields,
  };
}

const deployment = (spec: object, status: object, metadata: Record<string, unknown> = {}): KubeObject =>
  make("apps/v1", "Deployment", { spec, status: { observedGeneration: 2, ...status } }, { generation: 2, ...metadata });
const pod = (status: object): KubeObject => make("v1", "Pod", { status });
const waiting = (reason: string, message?: string, last?: object): object => ({
  phase: "Pending",
  containerStatuses: [
    {
      name: "app",
      ready: false,
      state: { waiting: { reason, message } },
      ...(last === undefined ? {} : { lastState: { terminated: last } }),
    },
  ],
});

const workloads: readonly Case[] = [
  {
    name: "a deployment that no controller has seen",
    object: make("apps/v1", "Deployment", { spec: {} }, { generation: 1 }),
    state: "inProgress",
    reason: "the controller has not seen it yet",
  },
  {
    name: "a deployment whose change was not seen",
    object: deployment({}, { observedGeneration: 1, updatedReplicas: 1, replicas: 1, availableReplicas: 1 }),
    state: "inProgress",
    reason: "the controller has not seen the change yet",
  },
  {
    name: "a deployment with all pods",
    object: deployment({ replicas: 2 }, { updatedReplicas: 2, replicas: 2, availableReplicas: 2 }),
    state: "current",
    reason: "2 of 2 pods are available",
  },
  {
    name: "a deployment of none",
    object: deployment({ replicas: 0 }, {}),
    state: "current",
    reason: "0 of 0 pods are available",
  },
  {
    name: "a deployment with too few new pods",
    object: deployment({ replicas: 2 }, { updatedReplicas: 1, replicas: 2, availableReplicas: 2 }),
    state: "inProgress",
    reason: "1 of 2 pods are of the new version",
  },
  {
    name: "a deployment with old pods left",
    object: deployment({}, { updatedReplicas: 1, replicas: 2, availableReplicas: 2 }),
    state: "inProgress",
    reason: "1 pods of the old version still run",
  },
  {
    name: "a deployment whose pods are not available",
    object: deployment({}, { updatedReplicas: 1, replicas: 1 }),
    state: "inProgress",
    reason: "0 of 1 pods are available",
  },
  {
    name: "a deployment past its deadline",
    object: deployment(
      {},
      {
        conditions: [
          {
            type: "Progressing",
            status: "False",
            reason: "ProgressDeadlineExceeded",
            message: "timed out",
          },
        ],
      },
    ),
    state: "failed",
    reason: /timed out$/,
  },
  {
    name: "a deployment whose pods a quota refuses",
    object: deployment(
      {},
      {
        conditions: [
          {
            type: "ReplicaFailure",
            status: "True",
            reason: "FailedCreate",
            message: "exceeded quota: default",
          },
        ],
      },
    ),
    state: "inProgress",
    reason: "pods cannot be created: exceeded quota: default",
  },
  {
    name: "a deployment that is being deleted",
    object: deployment({}, {}, { deletionTimestamp: "2026-01-01T00:00:00Z" }),
    state: "terminating",
    reason: "it is being deleted",
  },
  {
    name: "a daemon set on all nodes",
    object: make("apps/v1", "DaemonSet", {
      status: {
        observedGeneration: 1,
        desiredNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: 3,
      },
    }),
    state: "current",
    reason: "3 of 3 pods are available",
  },
  {
    name: "a daemon set on some nodes",
    object: make("apps/v1", "DaemonSet", {
      status: {
        observedGeneration: 1,
        desiredNumberScheduled: 3,
        updatedNumberScheduled: 3,
        numberAvailable: 1,
      },
    }),
    state: "inProgress",
    reason: "1 of 3 pods are available",
  },
  {
    name: "a stateful set behind its partition",
    object: make("apps/v1", "StatefulSet", {
      spec: {
        replicas: 3,
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } },
      },
      status: {
        observedGeneration: 1,
        readyReplicas: 3,
        updatedReplicas: 1,
        currentRevision: "a",
        updateRevision: "b",
      },
    }),
    state: "current",
    reason: "3 of 3 pods are ready",
  },
  {
    name: "a replica set",
    object: make("apps/v1", "ReplicaSet", {
      spec: { replicas: 2 },
      status: { observedGeneration: 1, availableReplicas: 1 },
    }),
    state: "inProgress",
    reason: "1 of 2 pods are available",
  },
  {
    name: "a complete job",
    object: make("batch/v1", "Job", {
      status: { conditions: [{ type: "Complete", status: "True" }] },
    }),
    state: "current",
    reason: "the job is complete",
  },
  {
    name: "a failed job",
    object: make("batch/v1", "Job", {
      status: { conditions: [{ type: "Failed", status: "True", message: "backoff limit" }] },
    }),
    state: "failed",
    reason: "the job failed: backoff limit",
  },
];

const pods: readonly Case[] = [
  {
    name: "a ready pod",
    object: pod({ phase: "Running", conditions: [{ type: "Ready", status: "True" }] }),
    state: "current",
    reason: "the pod is ready",
  },
  {
    name: "a pod that no node takes",
    object: pod({
      phase: "Pending",
      conditions: [
        {
          type: "PodScheduled",
          status: "False",
          reason: "Unschedulable",
          message: "0/1 nodes: insufficient cpu",
        },
      ],
    }),
    state: "inProgress",
    reason: "no node takes the pod: 0/1 nodes: insufficient cpu",
  },
  {
    name: "an image that cannot be pulled",
    object: pod(waiting("ImagePullBackOff", 'Back-off pulling image "x:1"')),
    state: "inProgress",
    reason: 'container app: ImagePullBackOff: Back-off pulling image "x:1"',
  },
  {
    name: "a container that keeps crashing",
    object: pod(
      waiting("CrashLoopBackOff", "back-off 5m0s restarting", {
        exitCode: 137,
        reason: "OOMKilled",
      }),
    ),
    state: "inProgress",
    reason: "container app keeps crashing (CrashLoopBackOff, last exit code 137 (OOMKilled))",
  },
  {
    name: "an init container before the containers that wait for it",
    object: pod({
      phase: "Pending",
      initContainerStatuses: [{ name: "istio-init", state: { waiting: { reason: "ErrImagePull" } } }],
      containerStatuses: [{ name: "app", state: { waiting: { reason: "PodInitializing" } } }],
    }),
    state: "inProgress",
    reason: "container istio-init: ErrImagePull",
  },
  {
    name: "a container whose probe fails",
    object: pod({
      phase: "Running",
      conditions: [{ type: "Ready", status: "False" }],
      containerStatuses: [{ name: "istio-proxy", ready: false, started: true, state: { running: {} } }],
    }),
    state: "inProgress",
    reason: "container istio-proxy runs, but is not ready (readiness probe)",
  },
  {
    name: "a pod that ended well",
    object: pod({ phase: "Succeeded" }),
    state: "current",
    reason: "the pod has ended well",
  },
  {
    name: "an evicted pod",
    object: pod({ phase: "Failed", reason: "Evicted", message: "The node was low on memory" }),
    state: "failed",
    reason: "the pod failed: The node was low on memory",
  },
];

const webhooks = (caBundle: string | undefined, metadata: Record<string, unknown>): KubeObject =>
  make(
    "admissionregistration.k8s.io/v1",
    "MutatingWebhookConfiguration",
    { webhooks: [{ name: "a", clientConfig: { caBundle } }] },
    metadata,
  );
const istios = { name: "istio-sidecar-injector", labels: { "istio.io/rev": "default" } };

const others: readonly Case[] = [
  {
    name: "a load balancer without an address",
    object: make("v1", "Service", { spec: { type: "LoadBalancer" }, status: { loadBalancer: {} } }),
    state: "inProgress",
    reason: "no load balancer has given it an address yet",
  },
  {
    name: "a load balancer with an address",
    object: make("v1", "Service", {
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: [{ ip: "203.0.113.9" }] } },
    }),
    state: "current",
    reason: "its address is 203.0.113.9",
  },
  {
    name: "a load balancer with a name",
    object: make("v1", "Service", {
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: [{ hostname: "lb.example" }] } },
    }),
    state: "current",
    reason: "its address is lb.example",
  },
  {
    name: "a load balancer of the user's own",
    object: make("v1", "Service", { spec: { type: "LoadBalancer", externalIPs: ["203.0.113.9"] } }),
    state: "current",
    reason: "it has external IPs",
  },
  {
    name: "a cluster-internal service",
    object: make("v1", "Service", { spec: {} }),
    state: "current",
    reason: "the service is there",
  },
  {
    name: "a namespace",
    object: make("v1", "Namespace", { status: { phase: "Active" } }),
    state: "current",
    reason: "the namespace is active",
  },
  {
    name: "a namespace that cannot go",
    object: make(
      "v1",
      "Namespace",
      {
        status: {
          phase: "Terminating",
          conditions: [
            {
              type: "NamespaceFinalizersRemaining",
              status: "True",
              message: "foo.dev/x in 1 resource instances",
            },
          ],
        },
      },
      { deletionTimestamp: "2026-01-01T00:00:00Z" },
    ),
    state: "terminating",
    reason: "it is being deleted: foo.dev/x in 1 resource instances",
  },
  {
    name: "an object with a finalizer",
    object: make("v1", "ConfigMap", {}, { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["foo.dev/x"] }),
    state: "terminating",
    reason: "it is being deleted, waiting for the finalizers foo.dev/x",
  },
  {
    name: "a definition that is not served",
    object: make("apiextensions.k8s.io/v1", "CustomResourceDefinition", { status: {} }),
    state: "inProgress",
    reason: "the kind is not served yet",
  },
  {
    name: "a definition that is served",
    object: make("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
      status: { conditions: [{ type: "Established", status: "True" }] },
    }),
    state: "current",
    reason: "the kind is served",
  },
  {
    name: "a definition whose names are taken",
    object: make("apiextensions.k8s.io/v1", "CustomResourceDefinition", {
      status: { conditions: [{ type: "NamesAccepted", status: "False", message: "conflict" }] },
    }),
    state: "failed",
    reason: "its names are taken: conflict",
  },
  {
    name: "an unbound claim",
    object: make("v1", "PersistentVolumeClaim", { status: { phase: "Pending" } }),
    state: "inProgress",
    reason: "its phase is Pending",
  },
  {
    name: "a token secret without its token",
    object: make("v1", "Secret", { type: "kubernetes.io/service-account-token" }),
    state: "inProgress",
    reason: "Kubernetes has not filled in the token yet",
  },
  {
    name: "a token secret with its token",
    object: make("v1", "Secret", {
      type: "kubernetes.io/service-account-token",
      data: { token: new Secret("x"), "ca.crt": new Secret("y") },
    }),
    state: "current",
    reason: "the secret is there",
  },
  {
    name: "any other secret",
    object: make("v1", "Secret", { type: "Opaque" }),
    state: "current",
    reason: "the secret is there",
  },
  {
    name: "a webhook of Istio without its CA",
    object: webhooks("", istios),
    state: "inProgress",
    reason: "istiod has not put its CA into the webhook yet",
  },
  {
    name: "a webhook of Istio with its CA",
    object: webhooks("Q0E=", istios),
    state: "current",
    reason: "the webhook configuration is there",
  },
  {
    name: "a webhook of someone else",
    object: webhooks(undefined, { name: "kyverno" }),
    state: "current",
    reason: "the webhook configuration is there",
  },
  {
    name: "a custom object whose condition is false",
    object: make("cert-manager.io/v1", "Certificate", {
      status: {
        conditions: [{ type: "Ready", status: "False", reason: "Pending", message: "issuing" }],
      },
    }),
    state: "inProgress",
    reason: "issuing",
  },
  {
    name: "a custom object that was not seen",
    object: make(
      "cert-manager.io/v1",
      "Certificate",
      { status: { observedGeneration: 1, conditions: [{ type: "Ready", status: "True" }] } },
      { generation: 2 },
    ),
    state: "inProgress",
    reason: "the controller has not seen the change yet",
  },
  {
    name: "a Certificate that cert-manager has not looked at",
    object: make("cert-manager.io/v1", "Certificate", {}),
    state: "inProgress",
    reason: "cert-manager has not looked at it yet",
  },
  {
    name: "a Certificate whose condition is of the settings before",
    object: make(
      "cert-manager.io/v1",
      "Certificate",
      { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } },
      { generation: 2 },
    ),
    state: "inProgress",
    reason: "cert-manager has not seen the change yet",
  },
  {
    name: "an issuer with an account",
    object: make(
      "cert-manager.io/v1",
      "ClusterIssuer",
      { status: { conditions: [{ type: "Ready", status: "True", observedGeneration: 1 }] } },
      { generation: 1 },
    ),
    state: "current",
    reason: "cert-manager says that it is ready",
  },
  {
    name: "an object without any status",
    object: make("networking.istio.io/v1", "VirtualService", {}),
    state: "current",
    reason: "it is there",
  },
];

const installed = (status: object): KubeObject => make("install.istio.io/v1alpha1", "IstioOperator", { status });
const app = (summary: object): KubeObject => make("catalog.cattle.io/v1", "App", { status: { summary } });
const repo = (...conditions: object[]): KubeObject =>
  make("catalog.cattle.io/v1", "ClusterRepo", { status: { conditions } });

describe("what other installers say", () => {
  it.each([
    ["an IstioOperator without a status", installed({}), "inProgress", "has not seen it yet"],
    ["an IstioOperator that is worked on", installed({ status: "RECONCILING" }), "inProgress", "says RECONCILING"],
    ["a healthy IstioOperator", installed({ status: "HEALTHY" }), "current", "HEALTHY"],
    ["an IstioOperator that failed", installed({ status: "ERROR", message: "no" }), "failed", "ERROR: no"],
    ["an App that helm works on", app({ state: "pending-install" }), "inProgress", "pending-install"],
    ["a deployed App", app({ state: "deployed" }), "current", "deployed"],
    ["an App that failed", app({ state: "failed" }), "failed", "the release failed"],
    ["a ClusterRepo that nobody has read", repo(), "inProgress", "not downloaded its index yet"],
    [
      "a ClusterRepo that cannot be read",
      repo({ type: "RepoDownloaded", status: "False", message: "no such branch" }),
      "inProgress",
      "no such branch",
    ],
    ["a ClusterRepo with its index", repo({ type: "RepoDownloaded", status: "True" }), "current", "downloaded"],
  ])("%s", (_name, object, state, reason) => {
    const found = readinessOf(object);
    expect(found.state).toBe(state);
    expect(found.reason).toContain(reason);
  });
});

describe("readiness", () => {
  it.each([...workloads, ...pods, ...others])("of $name", ({ object, state, reason }) => {
    const readiness = readinessOf(object);
    expect(readiness.state).toBe(state);
    if (typeof reason === "string") {
      expect(readiness.reason).toBe(reason);
    } else {
      expect(readiness.reason).toMatch(reason);
    }
  });

  it("of an object that is not there", () => {
    expect(readinessOf(undefined)).toEqual({ state: "notFound", reason: "it is not there" });
  });
});

describe("what nobody completes", () => {
  it.each([
    [make("v1", "ConfigMap", {}), true],
    [make("v1", "Secret", { type: "Opaque" }), true],
    [make("rbac.authorization.k8s.io/v1", "ClusterRole", {}), true],
    [make("v1", "Secret", { type: "kubernetes.io/service-account-token" }), false],
    [make("apps/v1", "Deployment", {}), false],
    [make("apiextensions.k8s.io/v1", "CustomResourceDefinition", {}), false],
    // Of the same kind, in another group.
    [make("serving.knative.dev/v1", "ConfigMap", {}), false],
  ])("is told from what somebody does: $kind", (object, ready) => {
    expect(isReadyOnceStored(object)).toBe(ready);
  });

  it("would be called ready by the rules as well", () => {
    const kinds = ["ConfigMap", "Secret", "ServiceAccount", "LimitRange"];
    const states = kinds.map((kind) => readinessOf(make("v1", kind, {})).state);
    expect(states).toEqual(kinds.map(() => "current"));
  });
});
