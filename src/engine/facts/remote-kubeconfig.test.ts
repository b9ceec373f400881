import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import { renderRemoteSecret } from "../../core/render/remote-secret.ts";
import { Secret } from "../../core/secret.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { nameOfToken, readRemotes } from "./remote-kubeconfig.ts";

const east = clusterNamed(twoClusters, "east");
const credential = {
  server: "https://rancher.example/k8s/clusters/c-abcde",
  caData: "Y2E=",
  token: new Secret("token-abcde:secret"),
};

describe("the kubeconfig in a remote secret", () => {
  it("is read back as it was written", () => {
    const remotes = readRemotes([renderRemoteSecret(east, credential)]);
    expect(remotes["east"]).toMatchObject({ server: credential.server, caData: "Y2E=" });
    expect(remotes["east"]?.token.expose()).toBe("token-abcde:secret");
  });

  it.each([
    ["that is no YAML", "{"],
    ["that is empty", ""],
    ["without a user", "clusters: [{ cluster: { server: https://a.example } }]"],
    ["with an exec plugin", "clusters: [{ cluster: { server: https://a.example } }]\nusers: [{ user: { exec: {} } }]"],
  ])("%s is nobody's of ours", (_name, text) => {
    const secret = renderRemoteSecret(east, credential);
    const data = { east: new Secret(Buffer.from(text).toString("base64")) };
    expect(readRemotes([{ ...secret, data }])).toEqual({});
  });

  it("names its Rancher token by what stands before the colon", () => {
    expect(nameOfToken(new Secret("token-abcde:secret"))).toBe("token-abcde");
    expect(nameOfToken(new Secret("ext/token-abcde:secret"))).toBe("ext/token-abcde");
    expect(nameOfToken(new Secret("eyJhbGciOi"))).toBe("");
  });
});
