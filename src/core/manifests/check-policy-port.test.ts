import { describe, expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkPolicyPort } from "./check-policy-port.ts";

const strict: Mesh = { ...twoClusters, hardening: { networkPolicies: "strict" } };

const service = (targetPort: string | number): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "helloworld" },
  spec: { selector: { app: "hello" }, ports: [{ port: 5000, targetPort }] },
});

const workload: KubeObject = {
  apiVersion: "batch/v1",
  kind: "CronJob",
  metadata: { name: "helloworld" },
  spec: {
    jobTemplate: {
      spec: {
        template: {
          metadata: { labels: { app: "hello" } },
          spec: { containers: [{ name: "c", ports: [{ name: "http", containerPort: 8080 }] }] },
        },
      },
    },
  },
};

function codes(manifests: readonly KubeObject[], mesh = strict): readonly string[] {
  return twoClusters.services.flatMap((one) =>
    checkPolicyPort({ service: one, manifests }, mesh).map(({ severity, code }) => `${severity} ${code}`),
  );
}

describe("a service that network policies are written for", () => {
  it("is told of when its port has a name that no pods of its manifests know", () => {
    expect(codes([service("http")])).toEqual(["warning ISM560"]);
    expect(codes([service("grpc"), workload])).toEqual(["warning ISM560"]);
  });

  it("is not where its pods say the number, the Service does, or nobody asks for policies", () => {
    expect(codes([service("http"), workload])).toEqual([]);
    expect(codes([service(8080)])).toEqual([]);
    expect(codes([workload])).toEqual([]);
    expect(codes([service("http")], twoClusters)).toEqual([]);
  });
});
