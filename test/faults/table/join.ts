import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isthmus, root } from "../../e2e/world.ts";
import type { ClusterName, Fault } from "../fault.ts";
import { cause, drop, kubectl, on, put, restart } from "../fault.ts";
import { meshFile } from "../mesh.ts";

const istio = "istio-system";

async function kubeconfigIn(cluster: ClusterName, other: ClusterName): Promise<string> {
  const data = await kubectl(cluster, [
    "-n",
    istio,
    "get",
    "secret",
    `istio-remote-secret-${other}`,
    "-o",
    `jsonpath={.data.${other}}`,
  ]);
  return Buffer.from(data, "base64").toString("utf8");
}

/** Changes the kubeconfig by which `cluster` reads `other`. */
async function editRemoteSecret(
  cluster: ClusterName,
  other: ClusterName,
  edit: (kubeconfig: string) => string,
): Promise<void> {
  const before = await kubeconfigIn(cluster, other);
  const after = edit(before);
  if (after === before) {
    throw new Error(`nothing of the kubeconfig was changed: ${before.replace(/token: .*/, "token: …")}`);
  }
  await kubectl(cluster, [
    "-n",
    istio,
    "patch",
    "secret",
    `istio-remote-secret-${other}`,
    "-p",
    JSON.stringify({ data: { [other]: Buffer.from(after).toString("base64") } }),
  ]);
}

/** East refuses the token in west's remote secret. */
async function refuseToken(): Promise<void> {
  await editRemoteSecret("west", "east", (text) => text.replace(/(token: )\S+/, "$1not-a-token-of-this-cluster"));
}

async function putRemoteSecret(
  cluster: ClusterName,
  name: string,
  data: Readonly<Record<string, string>>,
): Promise<void> {
  await put(cluster, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: istio, labels: { "istio/multiCluster": "true" } },
    stringData: data,
  });
}

export const joinFaults: readonly Fault[] = [
  {
    what: "the remote secret for east is missing in west",
    inject: async () => drop("west", istio, "secret/istio-remote-secret-east"),
    causes: [cause("west", "ISM430")],
  },
  {
    what: "the remote secret for west has lost its label in east",
    inject: async () => on("east", istio, "label secret istio-remote-secret-west istio/multiCluster-"),
    causes: [cause("east", "ISM430", "ISM454")],
  },
  {
    what: "the token in west's remote secret is refused",
    inject: async () => refuseToken(),
    causes: [cause("west", "ISM432")],
  },
  {
    what: "the authority in east's remote secret is another one",
    inject: async () => {
      const other = readFileSync(path.join(root, "test", "e2e", "other-ca.pem")).toString("base64");
      await editRemoteSecret("east", "west", (text) => text.replace(/(certificate-authority-data: )\S+/, `$1${other}`));
    },
    causes: [cause("east", "ISM433")],
  },
  {
    what: "the reader account of east has lost its rights",
    inject: async () => {
      const bindings = await kubectl("east", ["get", "clusterrolebindings", "-o", "name"]);
      await kubectl("east", ["delete", ...bindings.split("\n").filter((name) => name.includes("istio-reader"))]);
    },
    causes: [cause("west", "ISM434")],
  },
  {
    what: "the address in west's remote secret is wrong, and istiod has restarted",
    inject: async () => {
      await editRemoteSecret("west", "east", (text) => text.replace(/(server: https:\/\/[^:]+:)\d+/, "$16444"));
      await kubectl("west", ["-n", istio, "rollout", "restart", "deployment/istiod"]);
    },
    causes: [cause("west", "ISM454", "ISM521", "ISM436")],
  },
  {
    what: "a remote secret in west is about a cluster that the mesh does not have",
    inject: async () => putRemoteSecret("west", "istio-remote-secret-oest", { oest: "not-a-kubeconfig" }),
    causes: [cause("west", "ISM431")],
    undo: async () => drop("west", istio, "secret/istio-remote-secret-oest"),
  },
  {
    what: "somebody's second remote secret in west is about east too",
    inject: async () => putRemoteSecret("west", "a-second-secret", { east: await kubeconfigIn("west", "east") }),
    causes: [cause("west", "ISM431")],
    undo: async () => drop("west", istio, "secret/a-second-secret"),
  },
  {
    what: "east is registered in west under two names",
    inject: async () => putRemoteSecret("west", "a-second-name", { elsewhere: await kubeconfigIn("west", "east") }),
    causes: [cause("west", "ISM431")],
    undo: async () => drop("west", istio, "secret/a-second-name"),
  },
  {
    what: "the kubeconfig in east's remote secret runs a program",
    inject: async () =>
      editRemoteSecret("east", "west", (text) =>
        text.replace(
          /token: \S+/,
          "exec: {apiVersion: client.authentication.k8s.io/v1, command: token, interactiveMode: Never}",
        ),
      ),
    causes: [cause("east", "ISM520")],
  },
  {
    what: "a remote secret by hand was in west before isthmus' own",
    inject: async () => {
      const kubeconfig = await kubeconfigIn("west", "east");
      await drop("west", istio, "secret/istio-remote-secret-east");
      await putRemoteSecret("west", "a-made-by-hand", { east: kubeconfig });
      await isthmus(["apply", "-f", meshFile(), "--yes", "--force-conflicts"]);
    },
    causes: [cause("west", "ISM431")],
    undo: async () => {
      await drop("west", istio, "secret/a-made-by-hand");
      await restart("west", istio, "istiod");
    },
  },
  {
    what: "the reader account of east is deleted",
    inject: async () => drop("east", istio, "serviceaccount/istio-reader-service-account"),
    causes: [cause("east", "ISM455", "ISM432")],
  },
  {
    what: "istiod of west still has the gateway of a cluster whose remote secret is deleted",
    inject: async () => {
      await putRemoteSecret("west", "a-former-cluster", { former: await kubeconfigIn("west", "east") });
      // It takes the gateway of a cluster up once it has read all of it.
      await pause(8000);
      await drop("west", istio, "secret/a-former-cluster");
    },
    causes: [cause("west", "ISM491")],
    undo: async () => restart("west", istio, "istiod"),
  },
  {
    what: "istiod of west has restarted with a token that east refuses",
    inject: async () => {
      await refuseToken();
      await kubectl("west", ["-n", istio, "rollout", "restart", "deployment/istiod"]);
    },
    causes: [cause("west", "ISM432")],
  },
];
