import { expect, it } from "vitest";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import type { RunOptions } from "../options.ts";
import { makeProbePod } from "./make-probe-pod.ts";

const [cluster] = twoClusters.clusters;
const services = twoClusters.services.slice(0, 1);

/** A pod with a sidecar that does not come up: its status is given. */
const stuck =
  (status: object) =>
  (object: WireObject): WireObject => {
    const spec = object["spec"] as { readonly containers: readonly object[] };
    const sidecar = { name: "istio-proxy", image: "hub/proxyv2:1" };
    return { ...object, spec: { ...spec, initContainers: [sidecar] }, status };
  };

async function make(admit: (object: WireObject) => WireObject, more: readonly WireObject[] = []) {
  const { server, client } = await connectFake({ cluster: "west", api: { admit } });
  more.forEach((object) => server.put(object));
  const notes: string[] = [];
  const options: RunOptions = {
    signal: new AbortController().signal,
    now: () => Date.now(),
    onEvent: (event) => {
      if (event.kind === "task.note") {
        notes.push(event.note);
      }
      if (event.kind === "task.failed") {
        notes.push(`failed: ${event.diagnostic.code}`);
      }
    },
    timeoutMs: 5000,
  };
  const one = { kind: "connected", cluster, client, context: { context: "w" } } as unknown as Connected;
  const plan = { one, mesh: twoClusters, namespace: "sample", name: "isthmus-probe-1", services, activeSeconds: 600 };
  return { state: await makeProbePod(plan, options), notes };
}

it("a pod that does not become ready is the reason with its own words, the newest warning about it, and the policies that close its way", async () => {
  const policy = (name: string, podSelector: object, policyTypes: readonly string[]): WireObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: "sample" },
    spec: { podSelector, policyTypes },
  });
  const event: WireObject = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: "one", namespace: "sample" },
    type: "Warning",
    reason: "FailedMount",
    message: "no configmap istio-ca-root-cert",
    involvedObject: { kind: "Pod", name: "isthmus-probe-1" },
  };
  const waiting = { name: "istio-proxy", state: { waiting: { reason: "PodInitializing" } } };
  const { state, notes } = await make(stuck({ phase: "Pending", initContainerStatuses: [waiting] }), [
    event,
    policy("nobody-out", {}, ["Egress"]),
    policy("nobody-in", {}, ["Ingress"]),
    policy("web-out", { matchLabels: { app: "web" } }, ["Egress"]),
  ]);
  expect(state?.code).toBe("ISM570");
  expect(state?.object).toEqual({ group: "", kind: "Pod", namespace: "sample", name: "isthmus-probe-1" });
  expect(state?.detail).toContain(
    "pod isthmus-probe-1 did not become ready: FailedMount: no configmap istio-ca-root-cert.",
  );
  expect(state?.detail).toContain("Network policy nobody-out of sample closes");
  expect(state?.fix).toContain("isthmus check --strict prints the policy that admits what the pod needs");
  expect(state?.fix).toContain("kubectl --context w -n sample get events");
  expect(notes).toContain("failed: ISM570");
  expect(notes.at(0)).toContain("PodInitializing");
});
