import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { renderRemoteSecret } from "../../core/render/remote-secret.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { Secret } from "../../core/secret.ts";
import { keepKubeconfig } from "./keep-kubeconfig.ts";

const ca = Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").toString("base64");
const [, east] = twoClusters.clusters;
if (east === undefined) {
  throw new Error("the example has two clusters");
}
const ours = renderRemoteSecret(east, {
  server: "https://172.30.0.12:6443",
  caData: ca,
  token: new Secret("token-of-east"),
});

/** As `istioctl create-remote-secret` of Istio 1.31 prints it. */
function istioctls(kubeconfig: Readonly<Record<string, string>> = {}): KubeObject {
  const { server = "https://172.30.0.12:6443", token = "token-of-east", more = "" } = kubeconfig;
  const text = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${ca}
    server: ${server}
  name: east
contexts:
- context:
    cluster: east
    user: east
  name: east
current-context: east
kind: Config
users:
- name: east
  user:
    token: ${token}${more}
`;
  return { ...ours, data: { east: new Secret(Buffer.from(text).toString("base64")) } };
}

function textOf(object: KubeObject): string {
  const { east: value } = object["data"] as { readonly east: Secret };
  return Buffer.from(value.expose(), "base64").toString("utf8");
}

it("keeps the words of istioctl where they say the same", () => {
  const live = istioctls();
  expect(textOf(live)).not.toBe(textOf(ours));
  expect(textOf(keepKubeconfig(ours, live))).toBe(textOf(live));
});

it.each([
  ["another token", { token: "another" }],
  ["another address", { server: "https://192.0.2.1:6443" }],
  ["another way to sign in beside it", { more: "\n    username: admin\n    password: secret" }],
])("writes its own where the Secret has %s", (_, change) => {
  expect(textOf(keepKubeconfig(ours, istioctls(change)))).toBe(textOf(ours));
});

it("leaves other objects as they are", () => {
  const { annotations: _, ...metadata } = ours.metadata;
  const other = { ...ours, metadata };
  expect(keepKubeconfig(other, istioctls())).toBe(other);
  expect(keepKubeconfig(ours, { ...ours, data: {} })).toBe(ours);
});
