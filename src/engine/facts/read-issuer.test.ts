import { describe, expect, it } from "vitest";
import type { IssuerFacts } from "../../core/checks/issuance-facts.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { readIssuer } from "./read-issuer.ts";
import {
  certManagerVersion,
  issuerKinds,
  ownNamespace,
  wireController,
  wireIssuer,
} from "./testing/cert-manager-objects.ts";
import { signal, wireCluster } from "./testing/wire-cluster.ts";

const apiVersion = certManagerVersion;
const namespace = "istio-system";
const ready = { status: "True" };

async function read(
  issuerRef: Readonly<Record<string, string>>,
  ...objects: readonly WireObject[]
): Promise<IssuerFacts> {
  const { client } = await wireCluster(objects, { kinds: issuerKinds });
  const spec = { dnsNames: ["shop.example", "*.shop.example"], issuerRef };
  const certificate = { apiVersion, kind: "Certificate", metadata: { namespace, name: "door" }, spec };
  return readIssuer(client, certificate, signal);
}

describe("the issuer of a Certificate", () => {
  it("has its account, and how it proves the names", async () => {
    const controller = wireController([ownNamespace]);
    expect(await read({ kind: "ClusterIssuer", name: "le" }, wireIssuer("ClusterIssuer", ready), controller)).toEqual({
      kind: "ClusterIssuer",
      name: "le",
      state: "ready",
      account: "certs/account",
      byPages: ["shop.example"],
      unproven: ["*.shop.example"],
    });
  });

  it("is one of the namespace unless it is said otherwise, with its words where it is not ready", async () => {
    const unready = { status: "False", message: "Failed to register ACME account" };
    expect(await read({ name: "le" }, wireIssuer("Issuer", unready))).toMatchObject({
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
