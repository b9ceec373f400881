import { afterEach, describe, expect, it } from "vitest";
import { diagnoseRancherError } from "./diagnose-rancher.ts";
import type { RancherClient } from "./client.ts";
import { RancherError } from "./rancher-error.ts";
import type { RancherStub } from "./testing/rancher-stub.ts";
import { startRancherStub } from "./testing/rancher-stub.ts";
import { clientOf, clusterJson, collection } from "./testing/stub-client.ts";

const { signal } = new AbortController();
const closing: (() => Promise<void>)[] = [];
const steve = "/k8s/clusters/c-abcde/v1";
const operation = { clusterId: "c-abcde", namespace: "cattle-system", name: "helm-operation-x", subject: "install a" };

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

async function start(): Promise<{ stub: RancherStub; client: RancherClient }> {
  const stub = await startRancherStub();
  const client = clientOf(stub);
  closing.push(
    async () => client.close(),
    async () => stub.close(),
  );
  stub.on("GET /v3/clusters", () => collection([clusterJson("c-abcde", "west")]));
  stub.on("GET /v3/settings/system-default-registry", () => ({ body: { value: "registry.example.org" } }));
  stub.on("GET /v3/projects", () =>
    collection([
      { id: "c-abcde:p-other", labels: {} },
      { id: "c-abcde:p-system", labels: { "authz.management.cattle.io/system-project": "true" } },
    ]),
  );
  const started = () => ({
    status: 201,
    body: { operationName: "helm-operation-x", operationNamespace: "cattle-system" },
  });
  stub.on(`POST ${steve}/catalog.cattle.io.clusterrepos/rancher-charts`, started);
  stub.on(`POST ${steve}/catalog.cattle.io.apps/istio-system/rancher-istio`, started);
  return { stub, client };
}

const request = {
  clusterId: "c-abcde",
  repo: "rancher-charts",
  namespace: "istio-system",
  projectId: "c-abcde:p-istio",
  charts: [
    {
      chartName: "rancher-istio",
      version: "104.4.0+up1.22.1",
      releaseName: "rancher-istio",
      values: { cni: { enabled: true }, global: { hub: "mirror", cattle: { url: "https://other" } } },
    },
  ],
};

describe("an app", () => {
  it("is installed with what the dashboard adds to its values; own values win", async () => {
    const { stub, client } = await start();
    expect(await client.installApp(request, signal)).toEqual({ ...operation, subject: "install rancher-istio" });
    const sent = stub.requests.find((one) => one.method === "POST");
    expect(sent?.url).toBe(`${steve}/catalog.cattle.io.clusterrepos/rancher-charts?action=install`);
    expect(JSON.parse(sent?.body ?? "")).toEqual({
      namespace: "istio-system",
      projectId: "c-abcde:p-istio",
      wait: true,
      timeout: "600s",
      noHooks: false,
      disableOpenAPIValidation: false,
      skipSchemaValidation: false,
      charts: [
        {
          chartName: "rancher-istio",
          version: "104.4.0+up1.22.1",
          releaseName: "rancher-istio",
          annotations: {
            "catalog.cattle.io/ui-source-repo": "rancher-charts",
            "catalog.cattle.io/ui-source-repo-type": "cluster",
          },
          values: {
            cni: { enabled: true },
            global: {
              hub: "mirror",
              systemDefaultRegistry: "registry.example.org",
              cattle: {
                clusterId: "c-abcde",
                clusterName: "west",
                systemDefaultRegistry: "registry.example.org",
                systemProjectId: "p-system",
                url: "https://other",
                rkePathPrefix: "",
                rkeWindowsPathPrefix: "",
              },
            },
          },
        },
      ],
    });
  });

  it("is upgraded with its values replaced, and removed", async () => {
    const { stub, client } = await start();
    await client.upgradeApp(request, signal);
    const body = JSON.parse(stub.requests.find((one) => one.method === "POST")?.body ?? "") as object;
    expect(body).toMatchObject({ install: true, charts: [{ resetValues: true }] });
    expect(body).not.toHaveProperty("projectId");
    const app = { clusterId: "c-abcde", namespace: "istio-system", releaseName: "rancher-istio" };
    expect(await client.uninstallApp(app, signal)).toMatchObject({ name: "helm-operation-x" });
    expect(stub.requests.at(-1)?.url).toMatch(/rancher-istio\?action=uninstall$/);
    expect(await client.uninstallApp({ ...app, releaseName: "gone" }, signal)).toBeUndefined();
  });
});

describe("an app operation", () => {
  const path = `GET ${steve}/catalog.cattle.io.operations/cattle-system/helm-operation-x`;
  const answer = (...conditions: readonly object[]) => ({ body: { status: { conditions } } });

  it("is followed to its end", async () => {
    const { stub, client } = await start();
    const states = [
      answer(),
      answer({ type: "Reconciling", status: "True", message: "running operation" }),
      answer({ type: "Reconciling", status: "True", message: "running operation" }),
      answer({ type: "Reconciling", status: "False" }, { type: "Stalled", status: "False" }),
    ];
    stub.on(path, () => states.shift() ?? "hang");
    const told: string[] = [];
    await client.waitForOperation(operation, { timeoutMs: 60_000, onState: (words) => void told.push(words) }, signal);
    expect(told).toEqual(["waiting for helm's pod", "running operation"]);
  });

  it.each([
    {
      name: "that fails is told with helm's words",
      state: answer({ type: "Stalled", status: "True", message: "Error: chart requires kubeVersion exit code: 1" }),
      says: "Error: chart requires kubeVersion exit code: 1 (operation cattle-system/helm-operation-x)",
    },
    {
      name: "that does not end is told with what is pending",
      state: answer({ type: "Reconciling", status: "True", message: "running operation" }),
      says: "not done after 0 s: running operation",
    },
  ])("$name", async ({ state, says }) => {
    const { stub, client } = await start();
    stub.on(path, () => state);
    const error: unknown = await client
      .waitForOperation(operation, { timeoutMs: 100 }, signal)
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(RancherError);
    const told = diagnoseRancherError(error as RancherError);
    expect(told.code).toBe("ISM295");
    expect(told.detail).toContain(says);
  });
});
