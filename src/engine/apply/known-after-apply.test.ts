import { expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import type { FillInputs } from "./known-after-apply.ts";
import { fillKnownAfterApply } from "./known-after-apply.ts";

type Addresses = Readonly<Record<string, readonly string[]>>;

const gateway: KubeObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "Gateway",
  metadata: { name: "front", namespace: "sample" },
};

/** A Gateway that is completed where the apply reads `found`, and the plan knew of `known`. */
async function publish(
  known: Addresses,
  found: Addresses,
): Promise<{ readonly sent: KubeObject; readonly warnings: readonly Diagnostic[] }> {
  const warnings: Diagnostic[] = [];
  const [cluster] = twoClusters.clusters;
  const inputs = {
    mesh: twoClusters,
    cluster,
    sharedReads: { ingressAddresses: async () => Promise.resolve(found) },
    onWarning: (one: Diagnostic) => warnings.push(one),
  } as unknown as FillInputs;
  const fillIn = (addresses: Addresses): KubeObject => ({ ...gateway, spec: { addresses: { ...addresses } } });
  const sent = await fillKnownAfterApply(
    { object: gateway, knownAfterApply: { needs: "ingress-addresses", known, fillIn } },
    inputs,
  );
  return { sent, warnings };
}

it("publishes what the clusters say now over what the plan knew, and keeps the rest", async () => {
  const { sent, warnings } = await publish({ west: ["192.0.2.1"], east: ["192.0.2.2"] }, { west: ["192.0.2.3"] });
  expect(sent["spec"]).toEqual({ addresses: { west: ["192.0.2.3"], east: ["192.0.2.2"] } });
  expect(warnings).toEqual([]);
});

it("names the clusters that names are published without", async () => {
  const { warnings } = await publish({}, { west: ["192.0.2.1"] });
  expect(warnings.map(({ code, severity }) => [code, severity])).toEqual([["ISM530", "warning"]]);
  expect(warnings[0]?.detail).toContain("without the ingress of east");
});

it("writes nothing where there is no address at all", async () => {
  const error: unknown = await publish({ west: [] }, { east: [] }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).diagnostics.map(({ code }) => code)).toEqual(["ISM531"]);
});
