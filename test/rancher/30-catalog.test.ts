import { beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import type { RancherWorld } from "./rancher-world.ts";
import { rancherBefore, until } from "./rancher-world.ts";

const app = "/v1/catalog.cattle.io.apps/istio-system/rancher-istio";
const repo = "/v1/catalog.cattle.io.clusterrepos/rancher-charts?action=install";

let world: RancherWorld;
let west: string;

beforeAll(async () => {
  world = await rancherBefore();
  west = world.id("west");
});

/** The values without which the sandbox's Envoy refuses Istio's configuration, from the cluster's own mark. */
async function sandboxValues(): Promise<object> {
  const { json } = await world.ask(`/v3/clusters/${west}`);
  const annotations = json["annotations"] as Readonly<Record<string, string>>;
  const mark = JSON.parse(annotations["isthmus.dev/sandbox"] ?? "") as { readonly istio: { readonly values: object } };
  return mark.istio.values;
}

function bodyWith(overlay: object, chartName = "rancher-istio"): object {
  const values = { overlayFile: stringify(overlay) };
  return { charts: [{ chartName, version: "1.0.0", releaseName: chartName, values }], namespace: "istio-system" };
}

async function appStatus(): Promise<string> {
  const { json } = await world.kube(west, app);
  return (json["spec"] as { readonly info?: { readonly status?: string } } | undefined)?.info?.status ?? "";
}

describe("the Rancher double's catalog", () => {
  const operator = { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator" };

  it("refuses charts that it does not have, and repositories that are not there", async () => {
    const other = await world.kube(west, repo, { method: "POST", body: bodyWith({}, "monitoring") });
    expect(other.status).toBe(422);
    expect(other.json["message"]).toContain("rancher-istio");
    const missing = await world.kube(west, repo.replace("rancher-charts", "none"), {
      method: "POST",
      body: bodyWith({}),
    });
    expect(missing.status).toBe(404);
  });

  it("installs Istio as the overlay wants it, and takes it away again", async () => {
    const overlay = { ...operator, spec: { profile: "minimal", values: await sandboxValues() } };
    const begun = await world.kube(west, repo, { method: "POST", body: bodyWith(overlay) });
    expect(begun.status).toBe(201);
    const { operationName, operationNamespace } = begun.json as Readonly<Record<string, string>>;
    const operation = await world.kube(
      west,
      `/v1/catalog.cattle.io.operations/${operationNamespace ?? ""}/${operationName ?? ""}`,
    );
    expect(operation.json["status"]).toMatchObject({ action: "install", releaseName: "rancher-istio" });
    expect(await until(appStatus, (status) => !status.startsWith("pending"), 240)).toBe("deployed");
    const istiod = "/apis/apps/v1/namespaces/istio-system/deployments/istiod";
    expect((await world.kube(west, istiod)).json["status"]).toMatchObject({ readyReplicas: 1 });
    const ended = await world.kube(west, `${app}?action=uninstall`, { method: "POST" });
    expect(ended.status).toBe(201);
    await until(
      async () => world.kube(west, app),
      ({ status }) => status === 404,
      120,
    );
    // An uninstall does not wait for the deletions that it asks for, Helm's neither.
    const left = await until(
      async () => world.kube(west, istiod),
      ({ status }) => status === 404,
      60,
    );
    expect(left.status).toBe(404);
  });

  it("says what istioctl said when it fails", async () => {
    const overlay = { ...operator, spec: { profile: "no-such-profile" } };
    expect((await world.kube(west, repo, { method: "POST", body: bodyWith(overlay) })).status).toBe(201);
    expect(await until(appStatus, (status) => status !== "" && !status.startsWith("pending"), 60)).toBe("failed");
    expect((await world.kube(west, app)).text).toContain("no-such-profile");
  });
});
