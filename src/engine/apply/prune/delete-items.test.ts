import { describe, expect, it } from "vitest";
import type { InventoryItem } from "../../../core/plan/inventory.ts";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { EngineEvent } from "../../events.ts";
import { deleteItems } from "./delete-items.ts";

const admission = "admissionregistration.k8s.io";

const item = (apiVersion: string, kind: string, name: string, wave: InventoryItem["wave"], namespace?: string) => {
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  return {
    apiVersion,
    wave,
    created: true,
    id: { group, kind, name, ...(namespace === undefined ? {} : { namespace }) },
  } satisfies InventoryItem;
};

describe("the order of removal", () => {
  it("begins with the webhook that refuses changes of Istio's objects while no istiod answers", async () => {
    const { server, client } = await connectFake({ cluster: "west" });
    const items = [
      item("v1", "ConfigMap", "of-a-service", "services", "sample"),
      item("apps/v1", "Deployment", "istiod", "control-plane", "istio-system"),
      item(`${admission}/v1`, "MutatingWebhookConfiguration", "istio-sidecar-injector", "control-plane"),
      item(`${admission}/v1`, "ValidatingWebhookConfiguration", "istiod-default-validator", "control-plane"),
    ];
    for (const { apiVersion, id } of items) {
      const { kind, name, namespace } = id as { kind: string; name: string; namespace?: string };
      server.put({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });
    }
    const one = { client, cluster: clusterNamed(twoClusters, "west"), facts: {} } as unknown as Connected;
    const { signal } = new AbortController();
    const deleted: string[] = [];
    const outcome = await deleteItems(one, items, {
      rancher: { kind: "none" },
      owned: new Set<string>(),
      onNote: () => {},
      onEvent: (event: EngineEvent) => void (event.kind === "object.deleted" ? deleted.push(event.id.name) : undefined),
      timeoutMs: 5000,
      signal,
    } as unknown as Parameters<typeof deleteItems>[2]);
    expect(deleted).toEqual(["istiod-default-validator", "of-a-service", "istio-sidecar-injector", "istiod"]);
    expect(outcome.deleted).toBe(4);
  });
});
