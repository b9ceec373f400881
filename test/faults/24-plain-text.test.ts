import { beforeAll, it } from "vitest";
import type { ClusterName } from "./standing-mesh.ts";
import { apply, change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";

beforeAll(async () => standMesh());

const authentication = (namespace: string, spec: object): object => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "plain", namespace },
  spec,
});
const disabled = { mtls: { mode: "DISABLE" } };

const cases: readonly (readonly [string, ClusterName, string, object])[] = [
  ["in the namespace of the cluster that asks", "west", "sample", disabled],
  ["in the namespace of the cluster that answers", "east", "sample", disabled],
  ["for the whole mesh", "east", "istio-system", disabled],
  ["for pods by their labels", "east", "sample", { ...disabled, selector: { matchLabels: { version: "v2" } } }],
  [
    "for one port of pods",
    "east",
    "sample",
    { selector: { matchLabels: { app: "helloworld" } }, portLevelMtls: { 5000: { mode: "DISABLE" } } },
  ],
];

it.each(cases)("names mTLS that is switched off %s", async (_, cluster, namespace, spec) => {
  await apply(cluster, authentication(namespace, spec));
  await expectCause("ISM471", cluster);
  await change(cluster, ["-n", namespace, "delete", "peerauthentication", "plain"]);
  await expectClean();
});
