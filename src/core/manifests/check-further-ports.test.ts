import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkFurtherPorts } from "./check-further-ports.ts";
import type { Finding } from "./finding.ts";

const strict: Mesh = { ...twoClusters, hardening: { networkPolicies: "strict" } };
const named: Json = { port: 5000, targetPort: 8080 };
const admin: Json = { port: 9000, targetPort: 15_999 };

const service = (...ports: readonly Json[]): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "helloworld" },
  spec: { selector: { app: "hello" }, ports },
});

const workload = (version: string, port: number): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: `hello-${version}` },
  spec: {
    template: {
      metadata: { labels: { app: "hello", version } },
      spec: { containers: [{ name: "c", ports: [{ name: "admin", containerPort: port }] }] },
    },
  },
});

const opening = (port: Json, labels: Json = { app: "hello" }): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "admin" },
  spec: { podSelector: { matchLabels: labels }, ingress: [{ from: [{ podSelector: {} }], ports: [port] }] },
});

function findings(manifests: readonly KubeObject[], mesh = strict): readonly Finding[] {
  return twoClusters.services.flatMap((one) => checkFurtherPorts({ service: one, manifests }, mesh));
}

describe("a Service with a port that the mesh file does not name", () => {
  it("is told of, with the port of the pods that a policy has to open", () => {
    expect(findings([service(named, admin)])).toMatchObject([
      {
        code: "ISM799",
        severity: "warning",
        detail: expect.stringContaining("has the port 9000 too, and the mesh file names 5000") as string,
        fix: expect.stringContaining("opens 15999 of its pods") as string,
      },
    ]);
    const [found] = findings([
      service(named, { ...(admin as object), targetPort: "admin" }, { port: 53, protocol: "UDP" }),
      workload("v1", 9001),
      workload("v2", 9002),
    ]);
    expect(found?.detail).toContain("the ports 9000, UDP 53 too");
    expect(found?.fix).toContain("opens 9001, 9002, UDP 53 of its pods");
  });

  it("is not where the policies open what is behind the port, or one in the manifests does", () => {
    expect(findings([service(named, { port: 80, targetPort: 8080 }, { port: 15_020 })])).toEqual([]);
    expect(findings([service(named, admin), opening({ port: 15_999 })])).toEqual([]);
    const versions = [workload("v1", 9001), workload("v2", 9002)];
    const byName = service(named, { port: 9000, targetPort: "admin" });
    expect(findings([byName, ...versions, opening({ port: "admin" })])).toEqual([]);
    expect(findings([byName, ...versions, opening({ port: 9000, endPort: 9001 })])).toHaveLength(1);
  });

  it("is all the same where the policy is for another port, protocol or pods", () => {
    for (const other of [
      opening({ port: 9000 }),
      opening({ port: 15_999, protocol: "UDP" }),
      opening({ port: 15_999 }, { app: "other" }),
      { ...opening({}), spec: { podSelector: {}, policyTypes: ["Egress"], ingress: [{}] } },
    ]) {
      expect(findings([service(named, admin), other])).toHaveLength(1);
    }
  });

  it("is not where nobody asks for strict policies", () => {
    expect(findings([service(named, admin)], twoClusters)).toEqual([]);
    expect(findings([service(named, admin)], { ...strict, hardening: { networkPolicies: "runbook" } })).toEqual([]);
    expect(findings([service(named)])).toEqual([]);
  });
});
