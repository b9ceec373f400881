import { expect, it } from "vitest";
import type { DriftFacts } from "../../core/checks/drift-facts.ts";
import type { CredentialFacts } from "../../core/checks/credential-facts.ts";
import { withCluster } from "../../core/testing/healthy-facts.ts";
import { whatWasWell } from "./earlier-look.ts";

const clean: DriftFacts = {
  kind: "compared",
  applied: true,
  objects: [],
  unknown: [],
  triedWrites: { pods: ["sample"], unknown: [] },
};
const id = { group: "", kind: "ConfigMap", namespace: "istio-system", name: "istio" };

it.each<readonly [what: string, drift: DriftFacts]>([
  ["differs", { ...clean, objects: [{ id, state: "changed", fields: [] }] }],
  ["could not be compared", { ...clean, unknown: [{ object: "ConfigMap istio-system/istio", reason: "forbidden" }] }],
  [
    "could not be tried",
    { ...clean, triedWrites: { pods: [], unknown: [{ write: "Service in sample", reason: "forbidden" }] } },
  ],
  ["was added to", { ...clean, added: [{ id, fields: [] }] }],
  ["has something that was not known yet", { ...clean, unheardOf: [1] } as DriftFacts],
  ["was not judged", { kind: "not-judged", reason: "no istioctl" }],
])("takes over what was compared and is clean, and not a cluster of which something %s", async (_, drift) => {
  const facts = withCluster("west", () => ({ drift }));
  const { drifts } = await whatWasWell(facts, new Map());
  expect([...drifts]).toEqual([["east", clean]]);
});

it("takes over credentials that were accepted, and none of another outcome", async () => {
  const trial = (outcome: CredentialFacts["trial"]["outcome"]): CredentialFacts => ({
    cluster: "east",
    server: "https://192.0.2.1",
    fingerprint: "sha256:1",
    token: "other",
    trial: { outcome, detail: "" },
  });
  const tried = new Map<string, Promise<readonly CredentialFacts[]>>(
    Object.entries({
      accepted: [trial("accepted")],
      unreachable: [trial("unreachable")],
      mixed: [trial("accepted"), trial("unauthorized")],
    }).map(([key, facts]) => [key, Promise.resolve(facts)] as const),
  );
  tried.set("ended early", Promise.reject(new Error("stopped by the test")));
  const { tried: kept } = await whatWasWell(
    withCluster("west", () => ({})),
    tried,
  );
  expect([...kept.keys()]).toEqual(["accepted"]);
});
