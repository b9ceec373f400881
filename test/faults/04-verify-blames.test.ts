import { beforeAll, expect, it } from "vitest";
import { isthmus } from "../e2e/world.ts";
import { drop, put, restart } from "./fault.ts";
import { standMesh } from "./mesh.ts";

let file = "";

beforeAll(async () => {
  file = await standMesh();
});

it("names the policy that refuses requests as their cause, before what follows from it", async () => {
  await put("east", {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: "deny-all", namespace: "sample" },
    spec: { podSelector: {}, policyTypes: ["Ingress"] },
  });
  try {
    // Connections that are there already live on.
    await restart("east", "sample", "helloworld-v2");
    await expect
      .poll(async () => blamed("helloworld", "sample"), { timeout: 300_000, interval: 2000 })
      .toEqual(["ISM448 ISM403", "ISM448 ISM403"]);
  } finally {
    await drop("east", "sample", "networkpolicy/deny-all");
  }
}, 600_000);

it("names somebody's VirtualService that makes errors for callers inside, as check does", async () => {
  const data = "data.back.svc.cluster.local";
  const fault = { abort: { httpStatus: 503, percentage: { value: 100 } } };
  await put("west", {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name: "by-hand", namespace: "default" },
    spec: { hosts: [data], http: [{ fault, route: [{ destination: { host: data } }] }] },
  });
  try {
    await expect
      .poll(async () => blamed("data", "back"), { timeout: 120_000, interval: 2000 })
      .toEqual(["ISM564 ISM403", ""]);
  } finally {
    await drop("west", "default", "virtualservices.networking.istio.io/by-hand");
  }
}, 300_000);

/** What verify finds in each cluster for a service, in its order. */
async function blamed(service: string, namespace: string): Promise<readonly string[]> {
  const { out } = await isthmus(["verify", service, "-f", file, "-n", namespace, "--requests", "40", "-o", "json"]);
  const { proofs } = JSON.parse(out) as {
    readonly proofs: readonly { readonly diagnostics: readonly { readonly code: string }[] }[];
  };
  return proofs.map(({ diagnostics }) => diagnostics.map(({ code }) => code).join(" "));
}
