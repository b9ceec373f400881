import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { clusterNamed } from "../model/mesh.ts";
import type { KubeObject } from "../model/kube-object.ts";
import { Secret } from "../secret.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { remoteSecretOf } from "./remote-secret.ts";

const east = {
  ...clusterNamed(twoClusters, "east"),
  endpointSeenFrom: { west: { server: "https://10.20.0.4:16443", tlsServerName: "kubernetes" } },
};
const credential = {
  server: "https://172.30.0.12:6443",
  caData: "a3ViZWNvbmZpZw==",
  ownCaData: "Y2x1c3Rlcg==",
  tlsServerName: "proxy.example",
  token: new Secret("t"),
};

function clusterIn(object: KubeObject): unknown {
  const { east: value } = object["data"] as { readonly east: Secret };
  const { clusters } = parse(Buffer.from(value.expose(), "base64").toString("utf8")) as {
    readonly clusters: readonly { readonly cluster: object }[];
  };
  return clusters[0]?.cluster;
}

it("has the address, the name and the cluster's own authority for the reader that has them", () => {
  const seen = {
    server: "https://10.20.0.4:16443",
    "certificate-authority-data": "Y2x1c3Rlcg==",
    "tls-server-name": "kubernetes",
  };
  expect(clusterIn(remoteSecretOf(east, credential, "west").object)).toEqual(seen);
  const { knownAfterApply } = remoteSecretOf(east, undefined, "west");
  if (knownAfterApply?.needs !== "credential") {
    throw new Error("a remote secret without a credential waits for one");
  }
  expect(clusterIn(knownAfterApply.fillIn(credential))).toEqual(seen);
});

it("has what the kubeconfig says for all others, whoever was asked first", () => {
  remoteSecretOf(east, credential, "west");
  expect(clusterIn(remoteSecretOf(east, credential, "north").object)).toEqual({
    server: "https://172.30.0.12:6443",
    "certificate-authority-data": "a3ViZWNvbmZpZw==",
    "tls-server-name": "proxy.example",
  });
});
