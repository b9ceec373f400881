import { describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import type { IssuanceFacts } from "../../core/checks/issuance-facts.ts";
import { readIssuanceFacts } from "./read-issuance.ts";
import { certManagerVersion, issuerKinds, wireIssuer } from "./testing/cert-manager-objects.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const namespace = "istio-system";
const own = certManagerVersion;
const acme = "acme.cert-manager.io/v1";
const kinds = [
  { apiVersion: own, kind: "Certificate", plural: "certificates", namespaced: true },
  { apiVersion: own, kind: "CertificateRequest", plural: "certificaterequests", namespaced: true },
  ...issuerKinds,
  { apiVersion: acme, kind: "Order", plural: "orders", namespaced: true },
  { apiVersion: acme, kind: "Challenge", plural: "challenges", namespaced: true },
] as const;

/** An object of cert-manager, whose uid is its name, made by another one. */
function made(apiVersion: string, kind: string, name: string, by: string, rest: object): WireObject {
  const creationTimestamp = "2026-01-01T00:00:00Z";
  const owned = { uid: name, creationTimestamp, ownerReferences: [{ uid: by }] };
  const object = wireObject(kind, { namespace, name, ...owned }, { ...rest });
  return { ...object, apiVersion };
}

const certificate = {
  apiVersion: own,
  kind: "Certificate",
  metadata: { namespace, name: "door", uid: "door", labels: { by: "hand" } },
  spec: {
    secretName: "door",
    dnsNames: ["shop.example", "*.shop.example"],
    issuerRef: { name: "le", kind: "ClusterIssuer", group: "cert-manager.io" },
  },
  status: {
    failedIssuanceAttempts: 1,
    conditions: [
      {
        type: "Ready",
        status: "False",
        reason: "DoesNotExist",
        message: "Issuing certificate as Secret does not exist",
      },
      { type: "Issuing", status: "True" },
    ],
  },
};

const request = made(own, "CertificateRequest", "door-1", "door", {
  status: { conditions: [{ type: "Ready", status: "False", reason: "Pending", message: "Waiting on order" }] },
});
const order = made(acme, "Order", "door-1-1", "door-1", { status: { state: "pending" } });

async function read(
  objects: readonly WireObject[],
  changed: object = certificate,
  refused?: string,
): Promise<IssuanceFacts> {
  const { client, server } = await wireCluster(objects, { kinds });
  if (refused !== undefined) {
    server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes(refused) });
  }
  return readIssuanceFacts(client, changed as typeof certificate, signal);
}

describe("what cert-manager says of a Certificate", () => {
  it("has the challenge of the newest order, and how the issuer proves the names", async () => {
    const challenge = made(acme, "Challenge", "c", "door-1-1", {
      spec: { dnsName: "shop.example", type: "HTTP-01" },
      status: { state: "pending", presented: true, reason: "wrong status code '404'" },
    });
    const other = made(acme, "Challenge", "o", "another", { spec: { dnsName: "x" } });
    const ready = wireIssuer("ClusterIssuer", { status: "True" });
    expect(await read([request, order, challenge, other, ready])).toEqual({
      ready: false,
      failed: true,
      says: "Issuing certificate as Secret does not exist",
      issuance: {
        since: "2026-01-01T00:00:00Z",
        isRunning: true,
        request: { name: "door-1", reason: "Pending", message: "Waiting on order" },
        order: { state: "pending", reason: "" },
        challenges: [
          {
            dnsName: "shop.example",
            type: "HTTP-01",
            state: "pending",
            reason: "wrong status code '404'",
            presented: true,
          },
        ],
      },
      issuer: {
        kind: "ClusterIssuer",
        name: "le",
        state: "ready",
        account: "?/account",
        byPages: ["shop.example"],
        unproven: ["*.shop.example"],
      },
    });
  });

  it("has the event of an order without a challenge, and the words of an issuer that is not ready", async () => {
    const involvedObject = { kind: "Order", name: "door-1-1", uid: "door-1-1" };
    const before = wireObject(
      "Event",
      { namespace, name: "b" },
      {
        involvedObject: { ...involvedObject, uid: "before" },
        type: "Warning",
        reason: "Solver",
        message: "of an order of the same name",
        lastTimestamp: "2026-01-02T00:00:00Z",
      },
    );
    const event = wireObject(
      "Event",
      { namespace, name: "e" },
      {
        involvedObject,
        type: "Warning",
        reason: "Solver",
        message: "no solver",
        lastTimestamp: "2026-01-01T00:00:00Z",
      },
    );
    const unready = wireIssuer("Issuer", { status: "False", reason: "ErrRegister", message: "refused" });
    const { issuerRef: _issuer, ...spec } = certificate.spec;
    const byIssuer = { ...certificate, spec: { ...spec, issuerRef: { name: "le" } } };
    const found = await read([request, order, before, event, unready], byIssuer);
    expect(found.issuance?.order).toEqual({ state: "pending", reason: "", warning: "Solver: no solver" });
    expect(found.issuer).toMatchObject({
      kind: "Issuer",
      state: "unready",
      says: "refused",
      account: `${namespace}/account`,
    });
  });

  it("leaves out the issuance of one that is ready, and issuers of others", async () => {
    const status = { conditions: [{ type: "Ready", status: "True", reason: "Ready", message: "up to date" }] };
    const issuerRef = { name: "pca", kind: "AWSPCAClusterIssuer", group: "awspca.cert-manager.io" };
    expect(await read([], { ...certificate, status, spec: { ...certificate.spec, issuerRef } })).toEqual({
      ready: true,
      says: "up to date",
      issuer: { kind: "AWSPCAClusterIssuer", name: "pca", state: "other" },
    });
  });

  it("says that an issuer is not there, and that there was no word yet", async () => {
    expect(await read([], { ...certificate, status: {} })).toEqual({
      ready: false,
      issuance: { isRunning: false, challenges: [] },
      issuer: { kind: "ClusterIssuer", name: "le", state: "missing" },
    });
  });

  it("says which kinds this account may not read", async () => {
    expect((await read([request, order], certificate, "acme.cert-manager.io")).unread).toEqual([
      "Orders",
      "Challenges",
    ]);
    expect((await read([], certificate, "clusterissuers")).unread).toEqual(["ClusterIssuers"]);
  });
});
