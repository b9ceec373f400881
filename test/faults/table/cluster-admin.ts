import { setTimeout as pause } from "node:timers/promises";
import { request } from "undici";
import { expect, vi } from "vitest";
import { dropOutgoing, dropPacketsTo, passPackets } from "../../e2e/node-processes.ts";
import { letWrites, refuseWrites } from "../by-hand.ts";
import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, kubectl, on, patch, put } from "../fault.ts";

/** Has whatever is written of these resources refused. */
async function freeze(cluster: ClusterName, apiGroups: readonly string[], resources: readonly string[]): Promise<void> {
  await refuseWrites(cluster, {
    apiGroups,
    resources,
    operations: ["CREATE", "UPDATE"],
    message: "no changes before Monday",
  });
}

const sliceRights = "system:controller:endpointslice-controller";

async function addressOf(cluster: ClusterName, service: string): Promise<string> {
  const get = ["-n", "istio-system", "get", "service", service, "-o"];
  return kubectl(cluster, [...get, "jsonpath={.status.loadBalancer.ingress[0].ip}"]);
}

/** A request for helloworld at an ingress. */
async function ask(address: string, signal: AbortSignal): Promise<number> {
  const answer = await request(`http://${address}/hello`, { headers: { host: "hello.mesh.example" }, signal });
  await answer.body.dump();
  return answer.statusCode;
}

let requests: { end(): Promise<void> } | undefined;

/** Sends ten requests a second until its end, or so many milliseconds; what becomes of them does not count. */
function sendFor(address: string, ms: number): { end(): Promise<void> } {
  const stop = AbortSignal.timeout(ms);
  const ended = new AbortController();
  const signal = AbortSignal.any([stop, ended.signal]);
  const open = new Set<Promise<unknown>>();
  const timer = setInterval(() => {
    const asked: Promise<unknown> = ask(address, signal)
      .catch(() => undefined)
      .finally(() => open.delete(asked));
    open.add(asked);
  }, 100);
  stop.addEventListener("abort", () => clearInterval(timer));
  return {
    end: async () => {
      clearInterval(timer);
      ended.abort();
      await Promise.all(open);
    },
  };
}

/** What people who run a cluster do beside the mesh. */
export const clusterAdminFaults: readonly Fault[] = [
  {
    what: "a ValidatingAdmissionPolicy refuses every change of routes in west",
    inject: async () => freeze("west", ["networking.istio.io"], ["*"]),
    causes: [cause("west", "ISM758")],
    says: "no changes before Monday",
    undo: async () => letWrites("west"),
  },
  {
    what: "a ValidatingAdmissionPolicy refuses every change of Deployments in east",
    inject: async () => freeze("east", ["apps"], ["deployments"]),
    causes: [cause("east", "ISM758")],
    says: "every write of Deployment",
    undo: async () => letWrites("east"),
  },
  {
    what: "a firewall keeps the API server of west from istiod's webhook",
    inject: async () => dropOutgoing("west", "15017"),
    causes: [cause("west", "ISM759")],
    undo: async () => passPackets("west"),
  },
  {
    what: "a firewall closes the way to the east-west gateway of east, while requests come to west",
    inject: async () => {
      const east = await addressOf("east", "istio-eastwestgateway");
      const west = await addressOf("west", "istio-ingressgateway");
      // Connections have come about before.
      await vi.waitFor(async () => expect(await ask(west, AbortSignal.timeout(5000))).toBe(200), 30_000);
      await dropPacketsTo("east", east);
      requests = sendFor(west, 120_000);
      // A connection is given up after 10 s.
      await pause(15_000);
    },
    causes: [cause("west", "ISM622")],
    says: "failed within a second, in which no request was answered there",
    undo: async () => {
      await requests?.end();
      await passPackets("east");
    },
  },
  {
    what: "namespace back of east is deleted, and an object in it has a finalizer that nobody takes away",
    inject: async () => {
      await put("east", {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "held", namespace: "back", finalizers: ["team.example/hold"] },
      });
      await kubectl("east", ["delete", "namespace", "back", "--wait=false"]);
      // The namespace says so once the rest of it goes.
      await kubectl("east", [
        "wait",
        "--for=condition=NamespaceFinalizersRemaining",
        "namespace/back",
        "--timeout=80s",
      ]);
    },
    causes: [cause("east", "ISM760")],
    says: "team.example/hold",
    undo: async () => {
      await patch("east", "back", "configmap/held", [{ op: "remove", path: "/metadata/finalizers" }]);
      await kubectl("east", ["wait", "--for=delete", "namespace/back", "--timeout=80s"]);
    },
  },
  {
    what: "the DestinationRule of the shop is deleted in east, and held by a finalizer that nobody takes away",
    inject: async () => {
      await patch("east", "shop", "destinationrule/web", [
        { op: "add", path: "/metadata/finalizers", value: ["team.example/hold"] },
      ]);
      await on("east", "shop", "delete destinationrule web --wait=false");
    },
    causes: [cause("east", "ISM753")],
    says: "team.example/hold (taken away by whoever works for it, set by kubectl-patch)",
    undo: async () => patch("east", "shop", "destinationrule/web", [{ op: "remove", path: "/metadata/finalizers" }]),
  },
  {
    what: "the definition of VirtualServices is deleted in east",
    inject: async () => {
      await kubectl("east", ["delete", "customresourcedefinition", "virtualservices.networking.istio.io"]);
    },
    causes: [cause("east", "ISM455")],
    says: "CustomResourceDefinition virtualservices.networking.istio.io",
    folds: ["ISM445"],
  },
  {
    what: "the list of what isthmus applied is deleted in west",
    inject: async () => drop("west", "kube-system", "configmap/isthmus-inventory-sandbox"),
    causes: [cause("west", "ISM761")],
  },
  {
    what: "the service account of the ingress gateway is deleted in east, and its pod has to go",
    inject: async () => {
      await drop("east", "istio-system", "serviceaccount/istio-ingressgateway-service-account");
      // Whatever happens to the pod has its ReplicaSet try again in vain, and the more often it did, the longer it then waits.
      await on("east", "istio-system", "delete pod -l app=istio-ingressgateway --grace-period=1 --wait=true");
    },
    causes: [cause("east", "ISM455")],
    says: "ServiceAccount istio-system/istio-ingressgateway-service-account",
  },
  {
    what: "the controller of EndpointSlices has lost its rights in west, and the pod of data has to go",
    inject: async () => {
      await kubectl("west", ["delete", "clusterrolebinding", sliceRights]);
      await on("west", "back", "delete pod -l app=data --wait=true");
      await on("west", "back", "rollout status deployment/data --timeout=80s");
    },
    causes: [cause("west", "ISM591")],
    says: "there is no such pod",
    undo: async () => {
      await kubectl("west", [
        "create",
        "clusterrolebinding",
        sliceRights,
        `--clusterrole=${sliceRights}`,
        "--serviceaccount=kube-system:endpointslice-controller",
      ]);
      await on("west", "back", "delete pod -l app=data --wait=true");
      await on("west", "back", "rollout status deployment/data --timeout=80s");
    },
  },
];
