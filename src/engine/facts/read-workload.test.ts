import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { containersOf, environmentOf, readWorkload } from "./read-workload.ts";
import { wireObject } from "./testing/wire-cluster.ts";

const deployment = (rest: Readonly<Record<string, unknown>>): KubeObject =>
  wireObject("Deployment", { namespace: "istio-system", name: "istiod" }, rest) as KubeObject;

it("reads how many pods a Deployment asks for and has, and why it is not ready", () => {
  const status = { observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 2, availableReplicas: 2 };
  const found = readWorkload(deployment({ spec: { replicas: 3 }, status }));
  expect(found).toEqual({ desired: 3, ready: 2, reason: expect.stringMatching(/2.*3/) });
});

it("gives no reason for one that is ready, and takes one pod where it asks for no number", () => {
  const status = { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  expect(readWorkload(deployment({ spec: {}, status }))).toEqual({ desired: 1, ready: 1, reason: "" });
});

it("says that there is none", () => {
  expect(readWorkload(undefined)).toEqual({ ready: 0, reason: "there is no such Deployment" });
});

it("reads the environment of all containers, as far as values are in it", () => {
  const containers = [
    {
      image: "istio/pilot:1.31.0",
      env: [
        { name: "CLUSTER_ID", value: "west" },
        { name: "FROM_SECRET", valueFrom: {} },
      ],
    },
    { env: [{ name: "OTHER", value: "" }] },
    {},
  ];
  const object = deployment({ spec: { template: { spec: { containers } } } });
  expect(containersOf(object)).toEqual(containers);
  expect(environmentOf(object)).toEqual({ CLUSTER_ID: "west", OTHER: "" });
  expect(containersOf(deployment({}))).toEqual([]);
});
