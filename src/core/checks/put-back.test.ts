import { describe, expect, it } from "vitest";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { Finding } from "./check.ts";
import { problem } from "./check.ts";
import type { DriftFacts, DriftedObject } from "./drift-facts.ts";
import type { MeshFacts } from "./facts.ts";
import { completeFix } from "./put-back.ts";
import { applyFix } from "./reached.ts";

const object = { group: "", kind: "Service", namespace: "sample", name: "helloworld" };
const finding = problem("ISM440", { detail: "is wrong.", fix: applyFix, cluster: "east", object });

function fixIn(drift: DriftFacts | undefined, about: Finding = finding, file?: string): Finding {
  const facts = withCluster("east", () => (drift === undefined ? {} : { drift }));
  const without: MeshFacts = {
    ...facts,
    mesh: { ...facts.mesh, ...(file === undefined ? {} : { file }) },
    clusters: facts.clusters.map((one) => {
      if (one.kind !== "reached" || drift !== undefined) {
        return one;
      }
      const { drift: _, ...rest } = one;
      return rest;
    }),
  };
  return completeFix(without, about);
}

function compared(...objects: readonly DriftedObject[]): DriftFacts {
  return { kind: "compared", applied: true, objects, unknown: [] };
}

describe("a fix that is an apply", () => {
  it.each([
    ["makes again what is gone", compared({ id: object, state: "gone", fields: [] }), ["isthmus apply --cluster east"]],
    [
      "takes over what somebody else has written",
      compared({ id: object, state: "changed", fields: [] }),
      ["isthmus apply --cluster east --force-conflicts=Service"],
    ],
    [
      "has the object deleted first where the API server would refuse it",
      compared({ id: object, state: "changed", fields: [], refusal: "Duplicate value." }),
      ["kubectl --context isthmus-east -n sample delete service helloworld", "isthmus apply --cluster east"],
    ],
    [
      "takes over where nobody could compare",
      { kind: "not-judged", reason: "no istioctl" },
      ["isthmus apply --cluster east --force-conflicts=Service"],
    ],
    [
      "is one where the object could not be asked about",
      { kind: "compared", applied: true, objects: [], unknown: [{ object: "Service sample/helloworld", reason: "" }] },
      ["isthmus apply --cluster east"],
    ],
  ] as const)("%s", (_, drift, commands) => {
    expect(fixIn(drift).commands).toEqual(commands);
  });

  it("is none where an apply would change nothing, and names who has to decide", () => {
    const fixed = fixIn(compared());
    expect(fixed.commands).toBeUndefined();
    expect(fixed.fix).toContain("Whoever deploys it has to decide");
  });

  it("is none for a gateway of somebody else that the mesh file names, also where nobody compared", () => {
    const at = { namespace: "gw", service: "ew", deployment: "ew-proxy" };
    const facts = withCluster("east", ({ gateways }) => ({
      gateways: gateways.map((one) => (one.name === "istio-eastwestgateway" ? { ...one, at } : one)),
      drift: { kind: "not-judged", reason: "no istioctl" },
    }));
    const fixOf = (kind: string, name: string) =>
      completeFix(facts, { ...finding, object: { group: "", kind, namespace: "gw", name } });
    expect(fixOf("Service", "ew").commands).toBeUndefined();
    expect(fixOf("Deployment", "ew-proxy").fix).toContain("Whoever deploys it has to decide");
    expect(fixOf("Service", "other").commands).toEqual(["isthmus apply --cluster east --force-conflicts=Service"]);
  });

  it("names the mesh file that was checked, quoted for a shell", () => {
    const drift = compared({ id: object, state: "gone", fields: [] });
    expect(fixIn(drift, finding, "my mesh.yaml").commands).toEqual(["isthmus apply -f 'my mesh.yaml' --cluster east"]);
  });

  it("keeps what is said beside it, and leaves other fixes alone", () => {
    const more = { ...finding, fix: `${applyFix} Or by hand.` };
    expect(fixIn(compared(), more).fix).toMatch(/ Or by hand\.$/);
    const other = { ...finding, fix: "Ask somebody." };
    expect(completeFix(healthyFacts(), other)).toBe(other);
  });
});
