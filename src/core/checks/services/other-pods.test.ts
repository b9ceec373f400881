import { describe, expect, it } from "vitest";
import { foundBy } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";
import type { MeshFacts, WorkloadOfVersion } from "../facts.ts";
import { runChecks } from "../run-checks.ts";

const written = { by: "kubectl-create", at: "2026-11-23T05:00:00Z" };

function workload(change: Partial<WorkloadOfVersion>): WorkloadOfVersion {
  return { version: "v1", kind: "Deployment", name: "stray", pods: ["stray-1"], own: false, written, ...change };
}

const ours = workload({ name: "helloworld-v1", pods: ["helloworld-v1"], own: true });

/** West, where pods of these workloads are selected; those of others declare a port. */
function west(port: number, ...workloads: readonly WorkloadOfVersion[]): MeshFacts {
  return withCluster("west", (one) => ({
    services: one.services.map((service) => ({ ...service, workloads })),
    pods: one.pods.flatMap((pod) =>
      pod.namespace === "sample"
        ? [
            pod,
            { ...pod, proxy: false, name: "stray-1", addresses: ["10.42.0.66"], ports: [{ port, protocol: "TCP" }] },
          ]
        : [pod],
    ),
  }));
}

describe("pods that a service selects", () => {
  it("names a workload beside the mesh's own of the same version, and what takes it away", () => {
    const [found, ...more] = runChecks(west(5000, ours, workload({})), { pre: false }).causes;
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: "ISM590",
      severity: "warning",
      object: { group: "apps", kind: "Deployment", namespace: "sample", name: "stray" },
      detail:
        "stray-1 of west is of Deployment sample/stray (written by kubectl-create at 2026-11-23T05:00:00Z), which no apply made: it is beside the workload of version v1. The selector of Service sample/helloworld takes it in, so that a part of the requests goes there; what answers there is not seen from here.",
    });
    expect(found?.fix).toContain("-n sample delete deployment.apps stray");
  });

  it("is an error where its pods lack the port that those of the mesh declare", () => {
    const [found] = runChecks(west(9999, ours, workload({})), { pre: false }).causes;
    expect(found).toMatchObject({ code: "ISM590", severity: "error" });
    expect(found?.detail).toContain("does not declare the port");
  });

  it.each([
    ["pods of no version", [workload({ version: "", kind: "Pod", name: "alone" })], ["warning ISM590 west"]],
    ["nothing where nobody knows which is the mesh's", [workload({}), workload({ name: "other" })], []],
    ["nothing where an apply made both", [ours, workload({ own: true })], []],
  ] as const)("finds %s", (_, workloads, expected) => {
    expect(foundBy("services/other-pods", west(5000, ...workloads))).toEqual(expected);
  });
});
