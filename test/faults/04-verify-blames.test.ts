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
    await expect.poll(blamed, { timeout: 300_000, interval: 2000 }).toEqual(["ISM448 ISM403", "ISM448 ISM403"]);
  } finally {
    await drop("east", "sample", "networkpolicy/deny-all");
  }
}, 600_000);

/** What verify finds at the ingress of each cluster for helloworld, in its order. */
async function blamed(): Promise<readonly string[]> {
  const { out } = await isthmus(["verify", "helloworld", "-f", file, "-n", "sample", "--requests", "40", "-o", "json"]);
  const { proofs } = JSON.parse(out) as {
    readonly proofs: readonly { readonly diagnostics: readonly { readonly code: string }[] }[];
  };
  return proofs.map(({ diagnostics }) => diagnostics.map(({ code }) => code).join(" "));
}
