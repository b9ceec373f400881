import { expect, it } from "vitest";
import { readClusterResourceNamespace } from "./cluster-resources.ts";
import { ownNamespace, wireController } from "./testing/cert-manager-objects.ts";
import { signal, wireCluster } from "./testing/wire-cluster.ts";

it.each<[string, readonly (readonly string[])[], string]>([
  ["of its own, as the chart has it", [["--v=2", ownNamespace]], "certs"],
  ["that it is told", [["--cluster-resource-namespace", "vault"]], "vault"],
  ["that a program has by itself", [["--v=2"]], "kube-system"],
  ["that its file may have", [["--config=/var/cert-manager/config.yaml"]], "?"],
  ["that a flag has beside a file", [["--config=/config.yaml", ownNamespace]], "certs"],
  ["that a variable has which nobody knows", [["--cluster-resource-namespace=$(HOME_OF_SECRETS)"]], "?"],
  ["that two controllers say differently", [[ownNamespace], ["--cluster-resource-namespace=vault"]], "?"],
  ["that two controllers say alike", [[ownNamespace], ["--cluster-resource-namespace=certs"]], "certs"],
  ["of a controller that is not to be found", [], "?"],
])("keeps the Secrets of ClusterIssuers in the namespace %s", async (_name, controllers, namespace) => {
  const { client } = await wireCluster(controllers.map((args, index) => wireController(args, `controller-${index}`)));
  expect(await readClusterResourceNamespace(client, signal)).toBe(namespace);
});

it("does not say where it keeps them to an account that may not list Deployments", async () => {
  const { client, server } = await wireCluster([wireController([ownNamespace])]);
  server.inject(
    { kind: "status", status: 403 },
    { times: Infinity, matches: ({ url }) => url.includes("deployments") },
  );
  expect(await readClusterResourceNamespace(client, signal)).toBe("?");
});
