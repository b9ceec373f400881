import type { ClusterName, Fault } from "../fault.ts";
import { cause, kubectl, on, put, restart } from "../fault.ts";

/** Closes all nodes for new pods, or opens them again. */
async function cordon(cluster: ClusterName, verb: "cordon" | "uncordon"): Promise<void> {
  const names = await kubectl(cluster, ["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"]);
  await kubectl(cluster, [verb, ...names.split(" ")]);
}

/** Has Envoy of a workload's sidecar stand still, and waits until its pod is not ready for it. */
async function haltSidecar(cluster: ClusterName, namespace: string, app: string): Promise<void> {
  const pods = await kubectl(cluster, ["-n", namespace, "get", "pods", "-l", `app=${app}`, "-o", "name"]);
  const [pod = ""] = pods.trim().split("\n");
  const halt =
    'for one in /proc/[0-9]*; do read -r name <$one/comm && [ "$name" = envoy ] && kill -STOP $(basename $one); done; true';
  await kubectl(cluster, ["-n", namespace, "exec", pod, "-c", "istio-proxy", "--", "sh", "-c", halt]);
  await kubectl(cluster, ["-n", namespace, "wait", "--for=condition=Ready=False", pod, "--timeout=80s"]);
}

/** What keeps pods from starting, where nobody has changed an object of the mesh. */
export const podFaults: readonly Fault[] = [
  {
    what: "the node of east is tainted, and the pod of helloworld has to go",
    inject: async () => {
      await kubectl("east", ["taint", "node", "--all", "maintenance=yes:NoSchedule"]);
      await on("east", "sample", "delete pod -l app=helloworld --wait=true");
    },
    causes: [cause("east", "ISM596")],
    folds: ["ISM441"],
    // Without the taint there is nothing to take away.
    undo: async () => {
      await kubectl("east", ["taint", "node", "--all", "--overwrite", "maintenance=yes:NoSchedule"]);
      await kubectl("east", ["taint", "node", "--all", "maintenance-"]);
    },
  },
  {
    what: "the sidecar of helloworld stands still in west",
    inject: async () => haltSidecar("west", "sample", "helloworld"),
    causes: [cause("west", "ISM441")],
    says: "container istio-proxy runs, but is not ready",
  },
  {
    what: "the node of west is cordoned, and the pods of the ingress gateway have to go",
    inject: async () => {
      await cordon("west", "cordon");
      await on("west", "istio-system", "delete pod -l istio=ingressgateway --wait=true");
    },
    causes: [cause("west", "ISM596")],
    folds: ["ISM424"],
    undo: async () => cordon("west", "uncordon"),
  },
  {
    what: "a rollout of helloworld stands in west, since its new pod finds no node",
    inject: async () => {
      await cordon("west", "cordon");
      await on("west", "sample", "rollout restart deployment/helloworld-v1");
    },
    causes: [cause("west", "ISM864")],
    says: "no node takes the pod",
    undo: async () => {
      await cordon("west", "uncordon");
      await on("west", "sample", "rollout status deployment/helloworld-v1 --timeout=80s");
    },
  },
  {
    what: "a webhook for pods that does not answer refuses those of namespace shop in east",
    inject: async () => {
      await put("east", {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "guard" },
        webhooks: [
          {
            name: "pods.guard.example",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            failurePolicy: "Fail",
            timeoutSeconds: 1,
            clientConfig: { service: { namespace: "default", name: "guard" } },
            rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
          },
        ],
      });
      await on("east", "shop", "delete pod -l app=web --wait=true");
    },
    causes: [cause("east", "ISM595")],
    folds: ["ISM441"],
    // These pods are there again, and the webhook is asked for the next ones as before.
    leaves: ["ISM758 east"],
    undo: async () => {
      await kubectl("east", ["delete", "--ignore-not-found", "validatingwebhookconfiguration/guard"]);
      await restart("east", "shop", "web-v2");
    },
  },
];
