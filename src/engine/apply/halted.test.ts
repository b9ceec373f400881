import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import type { Wave } from "../../core/render/waves.ts";
import { findHalted } from "./halted.ts";

const workload = (replicas: number | undefined, kind = "Deployment"): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web", namespace: "sample" },
  spec: replicas === undefined ? {} : { replicas },
});

const at = (wave: Wave) => ({ cluster: "west", context: "ctx-west", wave });

describe("a workload without pods", () => {
  it.each(["control-plane", "gateways"] as const)("is an error where it is a part of Istio (%s)", (wave) => {
    const halted = findHalted(workload(0), workload(undefined), at(wave));
    expect(halted?.diagnostic).toMatchObject({ code: "ISM320", severity: "error", cluster: "west" });
    expect(halted?.diagnostic.fix).toBe("kubectl --context ctx-west -n sample scale deployment/web --replicas=1");
  });

  it("is a warning where it is a version of a service, which somebody may mean", () => {
    const halted = findHalted(workload(0, "StatefulSet"), workload(undefined, "StatefulSet"), at("services"));
    expect(halted?.diagnostic.severity).toBe("warning");
    expect(halted?.diagnostic.fix).toContain("scale statefulset/web");
  });

  it("is as asked where the mesh file says 0", () => {
    expect(findHalted(workload(0), workload(0), at("gateways"))).toBeUndefined();
  });

  it("is none with pods, nor where nothing has a number of them", () => {
    expect(findHalted(workload(1), workload(undefined), at("gateways"))).toBeUndefined();
    expect(findHalted(workload(undefined), workload(undefined), at("gateways"))).toBeUndefined();
    expect(findHalted(workload(0, "DaemonSet"), workload(undefined), at("gateways"))).toBeUndefined();
  });
});
