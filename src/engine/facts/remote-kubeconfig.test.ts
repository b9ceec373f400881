import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import { renderRemoteSecret } from "../../core/render/remote-secret.ts";
import { Secret } from "../../core/secret.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { listRemoteSecrets, nameOfToken, readRemotes, readTokensInUse } from "./remote-kubeconfig.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

const east = clusterNamed(twoClusters, "east");
const credential = {
  server: "https://rancher.example/k8s/clusters/c-abcde",
  caData: "Y2E=",
  token: new Secret("token-abcde:secret"),
};

describe("the kubeconfig in a remote secret", () => {
  it("is read back as it was written", () => {
    const tlsServerName = "kubernetes";
    const remotes = readRemotes([renderRemoteSecret(east, { ...credential, tlsServerName })]);
    expect(remotes["east"]).toEqual({
      server: credential.server,
      caData: "Y2E=",
      tlsServerName,
      token: expect.any(Secret),
    });
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

describe("the remote secrets of a cluster", () => {
  /** The Secret as an API server has it. */
  function wireSecret(metadata: object = {}) {
    const { data, metadata: own } = renderRemoteSecret(east, credential);
    const value = (data as Readonly<Record<string, Secret>>)["east"]?.expose();
    return wireObject("Secret", { ...own, ...metadata }, { data: { east: value } });
  }

  it("are the labelled ones in Istio's namespace", async () => {
    const { client } = await wireCluster([
      wireSecret(),
      wireSecret({ namespace: "elsewhere" }),
      wireSecret({ name: "plain", labels: {} }),
    ]);
    const found = await listRemoteSecrets(client, signal);
    expect(found.map(({ metadata: { name } }) => name)).toEqual(["istio-remote-secret-east"]);
  });

  it("hold tokens of Rancher's that are in use, by cluster", async () => {
    const [west, other] = await Promise.all([wireCluster([wireSecret()]), wireCluster([])]);
    const clusters = [
      { cluster: { name: "west" }, client: west.client },
      { cluster: { name: "other" }, client: other.client },
    ];
    expect(await readTokensInUse(clusters, signal)).toEqual([
      { cluster: "west", inUse: ["token-abcde"] },
      { cluster: "other", inUse: [] },
    ]);
  });
});
