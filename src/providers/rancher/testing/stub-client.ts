import { Buffer } from "node:buffer";
import { Secret } from "../../../core/secret.ts";
import type { RancherClient, RancherClientOptions } from "../client.ts";
import { createRancherClient } from "../client.ts";
import type { RancherAccess } from "../read-access.ts";
import type { RancherStub } from "./rancher-stub.ts";
import { stubToken } from "./rancher-stub.ts";

/** The access that leads to a stub. */
export function accessTo(stub: RancherStub, changes: Partial<RancherAccess> = {}): RancherAccess {
  return {
    url: stub.url,
    token: new Secret(stubToken),
    caData: Buffer.from(stub.authority, "utf8").toString("base64"),
    caFile: "/etc/rancher/ca.pem",
    ...changes,
  };
}

/** A client that repeats little, and looks at what goes on every 20 ms. */
export function clientOf(
  stub: RancherStub,
  changes: Partial<RancherAccess> = {},
  options: RancherClientOptions = {},
): RancherClient {
  return createRancherClient(accessTo(stub, changes), {
    pollMs: 20,
    ...options,
    limits: { requestTimeoutMs: 60_000, retryBudgetMs: 300, ...options.limits },
  });
}

/** A cluster as `/v3/clusters` gives it. */
export function clusterJson(id: string, name: string, more: object = {}): object {
  return {
    type: "cluster",
    id,
    name,
    state: "active",
    transitioning: "no",
    transitioningMessage: "",
    version: { gitVersion: "v1.33.1+rke2r1", major: "1", minor: "33", platform: "linux/amd64" },
    annotations: { "networking.management.cattle.io/enable-network-policy": "false" },
    enableNetworkPolicy: false,
    localClusterAuthEndpoint: { enabled: false },
    ...more,
  };
}

/** A collection of `/v3`. */
export function collection(data: readonly object[], more: object = {}): { readonly body: object } {
  return { body: { type: "collection", resourceType: "cluster", data, ...more } };
}
