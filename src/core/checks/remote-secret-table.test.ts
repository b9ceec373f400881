import { describe, expect, it } from "vitest";
import { findingsOf, foundBy } from "../testing/found-by.ts";
import { healthyFacts, withCluster } from "../testing/healthy-facts.ts";
import type { CredentialFacts, CredentialTrial, RemoteSecretFacts } from "./credential-facts.ts";
import type { MeshFacts } from "./facts.ts";

/** West's remote secrets, given the one that isthmus has written. */
function withSecrets(change: (own: RemoteSecretFacts) => readonly RemoteSecretFacts[]): MeshFacts {
  return withCluster("west", (one) => ({ remoteSecrets: one.remoteSecrets.flatMap(change) }));
}

function withTrial(trial: CredentialTrial, change: Partial<CredentialFacts> = {}): MeshFacts {
  const facts = withSecrets((own) => [
    { ...own, credentials: own.credentials.map((one) => ({ ...one, ...change, trial })) },
  ]);
  return {
    ...facts,
    clusters: facts.clusters.map((one) => (one.kind === "reached" ? { ...one, uid: `uid-${one.cluster}` } : one)),
  };
}

describe("remote secrets beside isthmus' own", () => {
  it.each(["a-made-by-hand", "z-made-by-hand"])(
    "are the ones that are told of, whatever they are called: %s",
    (name) => {
      const facts = withSecrets((own) => [{ ...own, name }, own]);
      expect(foundBy("credentials/secret-names", facts)).toEqual(["error ISM431 west"]);
      const [found] = findingsOf("credentials/secret-names", facts);
      expect(found?.detail).toContain(
        `Secret istio-system/${name} of west is about east as istio-remote-secret-east is`,
      );
      expect(found?.detail).toContain("which is isthmus' own");
      expect(found?.commands?.[0]).toContain(`delete secret ${name}`);
      expect(found?.commands?.at(-1)).toContain("rollout restart deployment istiod");
    },
  );
});

describe("the kubeconfig in a remote secret", () => {
  it("is told of when istiod does not take it, in istiod's words", () => {
    const facts = withTrial({ outcome: "refused", detail: "exec is not allowed" }, { server: "" });
    expect(foundBy("credentials/accepted", facts)).toEqual(["error ISM520 west→east"]);
    expect(findingsOf("credentials/accepted", facts)[0]?.detail).toContain("exec is not allowed");
  });

  it("is no matter of its own where the secret is about nobody of the mesh", () => {
    const facts = withTrial({ outcome: "refused", detail: "it cannot be loaded" }, { cluster: "oest" });
    expect(foundBy("credentials/accepted", facts)).toEqual([]);
  });

  it("is told of when another cluster answers, by its name where it is in the mesh", () => {
    const same = withTrial({ outcome: "accepted", detail: "", clusterUid: "uid-east" });
    expect(foundBy("credentials/accepted", same)).toEqual([]);
    const own = withTrial({ outcome: "accepted", detail: "", clusterUid: "uid-west" });
    expect(foundBy("credentials/accepted", own)).toEqual(["error ISM521 west→east"]);
    expect(findingsOf("credentials/accepted", own)[0]?.detail).toContain("for east leads to west");
    const foreign = withTrial({ outcome: "accepted", detail: "", clusterUid: "uid-other" });
    expect(findingsOf("credentials/accepted", foreign)[0]?.detail).toContain("a cluster that is not in the mesh");
  });

  it("is not judged by what it leads to where that is not known", () => {
    expect(foundBy("credentials/accepted", withTrial({ outcome: "accepted", detail: "" }))).toEqual([]);
    expect(foundBy("credentials/accepted", healthyFacts())).toEqual([]);
  });
});
