import { expect, it } from "vitest";
import { findingsOf } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts } from "../facts.ts";
import type { WaitingPod } from "../pod-facts.ts";
import { runChecks } from "../run-checks.ts";

const owner = { kind: "Deployment", name: "helloworld-v2" };
const crashing: WaitingPod = {
  namespace: "sample",
  name: "helloworld-v2-new",
  labels: { app: "helloworld", version: "v2" },
  owner,
  since: "2026-12-01T11:00:00Z",
  words: "container app keeps crashing (CrashLoopBackOff, last exit code 1 (Error))",
};

/** East's pods are all of the Deployment, and these wait. */
function withWaiting(...waitingPods: readonly WaitingPod[]): MeshFacts {
  return withCluster("east", (one) => ({
    waitingPods,
    pods: one.pods.map((pod) => (pod.namespace === "sample" ? { ...pod, owner } : pod)),
  }));
}

it("warns of pods that crash beside one that serves, once for a workload", () => {
  const { causes } = runChecks(withWaiting(crashing, { ...crashing, name: "helloworld-v2-newer" }), { pre: false });
  expect(causes.map(({ severity, code, cluster }) => `${severity} ${code} ${cluster ?? ""}`)).toEqual([
    "warning ISM864 east",
  ]);
  expect(causes[0]?.detail).toBe(
    "helloworld-v2-new and 1 more of Deployment sample/helloworld-v2 in east are not ready since 2026-12-01T11:00:00Z: container app keeps crashing (CrashLoopBackOff, last exit code 1 (Error)). Other pods of it serve meanwhile.",
  );
  expect(causes[0]?.fix).toContain("-n sample describe pod helloworld-v2-new");
});

it("says nothing of workloads of which no pod serves, and of pods that nothing has made", () => {
  const { owner: _, ...alone } = crashing;
  const other = { ...crashing, owner: { ...owner, name: "other" } };
  expect(findingsOf("services/pods-ready", withWaiting(alone, other, { ...crashing, namespace: "shop" }))).toEqual([]);
});
