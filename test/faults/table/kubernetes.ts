import { pidOf, spaceAlarm } from "../../e2e/node-processes.ts";
import type { ClusterName, Fault } from "../fault.ts";
import { cause, kubectl, on, put } from "../fault.ts";

/** Has a component of a cluster's node stand still, as one that hangs, or go on. */
async function signalTo(cluster: ClusterName, component: string, signal: "SIGSTOP" | "SIGCONT"): Promise<void> {
  process.kill(await pidOf(component, cluster), signal);
}

/** What Kubernetes itself does not do any more, while its API server answers. */
export const kubernetesFaults: readonly Fault[] = [
  {
    what: "the controller manager of east stands still, and the pod of the shop has to go",
    inject: async () => {
      await signalTo("east", "kube-controller-manager", "SIGSTOP");
      await on("east", "shop", "delete pod -l app=web --wait=true");
    },
    causes: [cause("east", "ISM591")],
    says: "there is no such pod",
    undo: async () => {
      await signalTo("east", "kube-controller-manager", "SIGCONT");
      await on("east", "shop", "rollout status deployment/web-v2 --timeout=80s");
    },
  },
  {
    what: "the controller manager of west stands still, and a Deployment is restarted",
    inject: async () => {
      await signalTo("west", "kube-controller-manager", "SIGSTOP");
      await on("west", "back", "rollout restart deployment/data");
    },
    causes: [cause("west", "ISM591")],
    says: "no controller has seen the last change of Deployment back/data",
    undo: async () => {
      await signalTo("west", "kube-controller-manager", "SIGCONT");
      await on("west", "back", "rollout status deployment/data --timeout=80s");
    },
  },
  {
    what: "the scheduler of east stands still, and the pod of helloworld has to go",
    inject: async () => {
      await signalTo("east", "kube-scheduler", "SIGSTOP");
      await on("east", "sample", "delete pod -l app=helloworld --wait=true");
    },
    causes: [cause("east", "ISM592")],
    folds: ["ISM441"],
    undo: async () => {
      await signalTo("east", "kube-scheduler", "SIGCONT");
      await on("east", "sample", "rollout status deployment/helloworld-v2 --timeout=80s");
    },
  },
  {
    what: "kube-proxy of east stands still, and the pod of the ingress gateway has to go",
    inject: async () => {
      await signalTo("east", "kube-proxy", "SIGSTOP");
      await on("east", "istio-system", "delete pod -l app=istio-ingressgateway --wait=true");
      await on("east", "istio-system", "rollout status deployment/istio-ingressgateway --timeout=80s");
    },
    // No other node tells that no firewall keeps the port.
    causes: [cause("east", "ISM763")],
    says: "Either kube-proxy stands still",
    undo: async () => signalTo("east", "kube-proxy", "SIGCONT"),
  },
  {
    what: "containerd of east stands still, while its node is ready",
    inject: async () => signalTo("east", "containerd", "SIGSTOP"),
    causes: [cause("east", "ISM764")],
    folds: ["ISM437"],
    undo: async () => {
      await signalTo("east", "containerd", "SIGCONT");
      await kubectl("east", ["wait", "--for=condition=Ready", "node", "--all", "--timeout=80s"]);
    },
  },
  {
    what: "the kubelet of west stands still",
    inject: async () => {
      await signalTo("west", "kubelet", "SIGSTOP");
      await kubectl("west", ["wait", "--for=condition=Ready=Unknown", "node", "--all", "--timeout=80s"]);
    },
    causes: [cause("west", "ISM411")],
    undo: async () => {
      await signalTo("west", "kubelet", "SIGCONT");
      await kubectl("west", ["wait", "--for=condition=Ready", "node", "--all", "--timeout=80s"]);
    },
  },
  {
    what: "the space of east's etcd is used up, so that it takes no writes",
    inject: async () => spaceAlarm("east", "ACTIVATE"),
    causes: [cause("east", "ISM768")],
    undo: async () => {
      await spaceAlarm("east", "DEACTIVATE");
      await kubectl("east", ["wait", "--for=condition=Ready", "node", "--all", "--timeout=80s"]);
    },
  },
  {
    what: "a webhook for Istio's objects is left over in west, whose Service is gone",
    inject: async () =>
      put("west", {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "left-over" },
        webhooks: [
          {
            name: "routes.left-over.example",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            timeoutSeconds: 1,
            clientConfig: { service: { namespace: "default", name: "left-over" } },
            rules: [
              {
                apiGroups: ["networking.istio.io"],
                apiVersions: ["*"],
                operations: ["CREATE", "UPDATE"],
                resources: ["*"],
              },
            ],
          },
        ],
      }),
    causes: [cause("west", "ISM593")],
    says: "Service default/left-over, by which it is asked, is not there",
    undo: async () => {
      await kubectl("west", ["delete", "--ignore-not-found", "validatingwebhookconfiguration/left-over"]);
    },
  },
  {
    what: "a webhook for EndpointSlices is left over in east, whose Service is gone, and the pod of data has to go",
    inject: async () => {
      await put("east", {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "left-over" },
        webhooks: [
          {
            name: "slices.left-over.example",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            timeoutSeconds: 1,
            clientConfig: { service: { namespace: "default", name: "left-over" } },
            rules: [
              {
                apiGroups: ["discovery.k8s.io"],
                apiVersions: ["*"],
                operations: ["CREATE", "UPDATE"],
                resources: ["endpointslices"],
              },
            ],
          },
        ],
      });
      await kubectl("east", ["-n", "back", "delete", "pod", "-l", "app=data"]);
    },
    causes: [cause("east", "ISM783")],
    says: "Service default/left-over, by which it is asked, is not there",
    undo: async () => {
      await kubectl("east", ["delete", "--ignore-not-found", "validatingwebhookconfiguration/left-over"]);
      // As the fix says: the controller waits up to 1,000 s after so many refusals.
      await kubectl("east", ["-n", "back", "annotate", "service", "data", "look-again=now"]);
      await kubectl("east", ["-n", "back", "annotate", "service", "data", "look-again-"]);
    },
  },
  {
    what: "the Service of east's DNS was made again, and has another address",
    inject: async () => {
      const service = JSON.parse(
        await kubectl("east", ["-n", "kube-system", "get", "service", "kube-dns", "-o", "json"]),
      ) as {
        readonly metadata: { readonly labels: object };
        readonly spec: Readonly<Record<string, unknown>>;
      };
      const { clusterIP: _one, clusterIPs: _all, ...spec } = service.spec;
      await kubectl("east", ["-n", "kube-system", "delete", "service", "kube-dns"]);
      await put("east", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "kube-dns", namespace: "kube-system", labels: service.metadata.labels },
        spec,
      });
    },
    causes: [cause("east", "ISM594")],
  },
];
