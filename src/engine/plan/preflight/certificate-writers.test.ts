import { expect, it } from "vitest";
import type { Mesh } from "../../../core/model/mesh.ts";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import { signal, wireCluster, wireObject } from "../../facts/testing/wire-cluster.ts";
import type { CurrentState } from "../current-state.ts";
import { certificateWriters } from "./certificate-writers.ts";

const kinds = [{ apiVersion: "cert-manager.io/v1", kind: "Certificate", plural: "certificates", namespaced: true }];
const mesh: Mesh = {
  ...twoClusters,
  issuers: [
    { name: "public", isthmus: { server: "https://acme.example/dir", keyType: "ecdsa-p256", reuseKey: false } },
  ],
  services: twoClusters.services.map((service) => ({
    ...service,
    routes: service.routes.map((route) => ({ ...route, tls: { secretName: "front", issuer: "public" } })),
  })),
};

/** What the rule says of west with a Certificate for that Secret, or without cert-manager. */
async function said(secretName: string | undefined, ofMesh = mesh, { away = false } = {}) {
  const certificate = wireObject(
    "Certificate",
    { namespace: "istio-system", name: "shop" },
    {
      apiVersion: "cert-manager.io/v1",
      spec: { secretName },
    },
  );
  const { client, server } = await wireCluster(
    secretName === undefined ? [] : [certificate],
    secretName === undefined ? {} : { kinds },
  );
  if (away) {
    await server.close();
  }
  const member = { client, cluster: clusterNamed(twoClusters, "west"), context: { context: "c-west" } };
  const current = { meshFile: { mesh: ofMesh }, members: [member] } as unknown as CurrentState;
  return certificateWriters.find(current, { signal } as never);
}

it("refuses to fill a Secret that cert-manager fills", async () => {
  const [found] = await said("front");
  expect(found?.code).toBe("ISM665");
  expect(found?.detail).toContain("Certificate istio-system/shop of west has cert-manager fill the Secret front");
  expect(found?.fix).toContain("kubectl --context c-west -n istio-system delete certificate.cert-manager.io shop");
});

it("lets Certificates be that fill other Secrets, and clusters without cert-manager", async () => {
  expect(await said("other")).toEqual([]);
  expect(await said(undefined)).toEqual([]);
  expect(await said("front", twoClusters)).toEqual([]);
});

it("says nothing of a cluster that stops answering, of which the plan itself tells", async () => {
  expect(await said("front", mesh, { away: true })).toEqual([]);
});
