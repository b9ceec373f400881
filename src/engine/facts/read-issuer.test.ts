import { describe, expect, it } from "vitest";
import type { IssuerFacts } from "../../core/checks/issuance-facts.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { readIssuer } from "./read-issuer.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const apiVersion = "cert-manager.io/v1";
const kinds = [
  { apiVersion, kind: "Issuer", plural: "issuers", namespaced: true },
  { apiVersion, kind: "ClusterIssuer", plural: "clusterissuers", namespaced: false },
] as const;
const solvers = [{ http01: { ingress: {} } }];

function issuer(kind: "Issuer" | "ClusterIssuer", status: string, message?: string): WireObject {
  const place = kind === "Issuer" ? { namespace } : {};
  const conditions = [{ type: "Ready", status, ...(message === undefined ? {} : { message }) }];
  const spec = { acme: { privateKeySecretRef: { name: "account" }, solvers } };
  return { ...wireObject(kind, { name: "le", ...place }, { spec, status: { conditions } }), apiVersion };
}

async function read(
  issuerRef: Readonly<Record<string, string>>,
  ...objects: readonly WireObject[]
): Promise<IssuerFacts> {
  const { client } = await wireCluster(objects, { kinds });
  const spec = { dnsNames: ["shop.example", "*.shop.example"], issuerRef };
  const certificate = { apiVersion, kind: "Certificate", metadata: { namespace, name: "door" }, spec };
  return readIssuer(client, certificate, signal);
}

describe("the issuer of a Certificate", () => {
  it("has its account, and how it proves the names", async () => {
    expect(await read({ kind: "ClusterIssuer", name: "le" }, issuer("ClusterIssuer", "True"))).toEqual({
      kind: "ClusterIssuer",
      name: "le",
      state: "ready",
      account: "cert-manager/account",
      byPages: ["shop.example"],
      unproven: ["*.shop.example"],
    });
  });

  it("is one of the namespace unless it is said otherwise, with its words where it is not ready", async () => {
    expect(await read({ name: "le" }, issuer("Issuer", "False", "Failed to register ACME account"))).toMatchObject({
      kind: "Issuer",
      state: "unready",
      says: "Failed to register ACME account",
      account: "istio-system/account",
    });
  });

  it("is not there, or is somebody else's kind", async () => {
    expect(await read({ name: "le" })).toEqual({ kind: "Issuer", name: "le", state: "missing" });
    const other = { kind: "AWSPCAClusterIssuer", name: "pca", group: "awspca.cert-manager.io" };
    expect(await read(other)).toEqual({ kind: "AWSPCAClusterIssuer", name: "pca", state: "other" });
  });
});
