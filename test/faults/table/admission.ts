import { expect } from "vitest";
import { letWrites, refuseWrites } from "../by-hand.ts";
import type { Fault } from "../fault.ts";
import { cause, drop, kubectl, on, patch, put, restart } from "../fault.ts";

const istio = "istio-system";

/** Has the injector of east label new pods with a network, and those of v2 of the shop made anew until they have it. */
async function giveNetwork(network: string): Promise<void> {
  const config = ["configmap", "istio-sidecar-injector"];
  const old = await kubectl("east", ["-n", istio, "get", ...config, "-o", "jsonpath={.data.values}"]);
  const values = JSON.parse(old) as { readonly global: object };
  const data = { values: JSON.stringify({ ...values, global: { ...values.global, network } }) };
  await kubectl("east", ["-n", istio, "patch", ...config, "--type=merge", "-p", JSON.stringify({ data })]);
  const label = "jsonpath={.items[*].metadata.labels.topology\\.istio\\.io/network}";
  await expect
    .poll(
      async () => {
        await restart("east", "shop", "web-v2");
        await on("east", "shop", "rollout status deployment/web-v2 --timeout=80s");
        return kubectl("east", ["-n", "shop", "get", "pods", "-l", "version=v2", "-o", label]);
      },
      { timeout: 120_000, interval: 2000 },
    )
    .toContain(network);
}

/** What is made of pods and objects on their way in. */
export const admissionFaults: readonly Fault[] = [
  {
    what: "a ValidatingAdmissionPolicy refuses new pods of namespace shop in east",
    inject: async () => {
      await refuseWrites("east", {
        apiGroups: [""],
        resources: ["pods"],
        operations: ["CREATE"],
        namespace: "shop",
        message: "changes are frozen",
      });
      // The API server takes new policies up once a second, and a new pod must not be there before.
      const attempt = ["-n", "shop", "run", "attempt", "--image=none", "--dry-run=server"];
      await expect
        .poll(async () => kubectl("east", attempt).catch(String), { timeout: 30_000, interval: 500 })
        .toContain("changes are frozen");
      await on("east", "shop", "delete pod -l app=web --wait=true");
    },
    causes: [cause("east", "ISM595")],
    folds: ["ISM441"],
    undo: async () => {
      await letWrites("east");
      await restart("east", "shop", "web-v2");
    },
  },
  {
    what: "a MutatingAdmissionPolicy labels new pods of namespace back in west as ones without a sidecar",
    inject: async () => {
      const metadata = { name: "by-hand" };
      const apiVersion = "admissionregistration.k8s.io/v1";
      await put("west", {
        apiVersion,
        kind: "MutatingAdmissionPolicy",
        metadata,
        spec: {
          failurePolicy: "Fail",
          reinvocationPolicy: "Never",
          matchConstraints: {
            resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
          },
          mutations: [
            {
              patchType: "ApplyConfiguration",
              applyConfiguration: {
                expression: 'Object{metadata: Object.metadata{labels: {"sidecar.istio.io/inject": "false"}}}',
              },
            },
          ],
        },
      });
      const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": "back" } };
      await put("west", {
        apiVersion,
        kind: "MutatingAdmissionPolicyBinding",
        metadata,
        spec: { policyName: "by-hand", matchResources: { namespaceSelector } },
      });
    },
    causes: [cause("west", "ISM782")],
    says: "which its template does not have",
    undo: async () => {
      await kubectl("west", [
        "delete",
        "--ignore-not-found",
        "mutatingadmissionpolicybinding/by-hand",
        "mutatingadmissionpolicy/by-hand",
      ]);
    },
  },
  {
    what: "the webhook that injects sidecars leaves namespace shop out in east",
    inject: async () => {
      const [name] = (await kubectl("east", ["get", "mutatingwebhookconfiguration", "-o", "name"]))
        .split("\n")
        .filter((one) => one.includes("istio-sidecar-injector"));
      const leave = { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["shop"] };
      const webhooks = JSON.parse(await kubectl("east", ["get", name ?? "", "-o", "jsonpath={.webhooks}"])) as object[];
      for (const index of webhooks.keys()) {
        await kubectl("east", [
          "patch",
          name ?? "",
          "--type=json",
          "-p",
          JSON.stringify([
            { op: "add", path: `/webhooks/${index}/namespaceSelector/matchExpressions/-`, value: leave },
          ]),
        ]);
      }
    },
    causes: [cause("east", "ISM454")],
  },
  {
    what: "the injector of east says another network, and pods of v2 of the shop have restarted",
    inject: async () => giveNetwork("other-net"),
    causes: [cause("east", "ISM454")],
    folds: ["ISM567"],
    undo: async () => giveNetwork("east-net"),
  },
  {
    what: "sidecars of v2 of the shop are told of an istiod that is not there, in east",
    inject: async () => {
      await patch("east", "shop", "deployment/web-v2", [
        {
          op: "add",
          path: "/spec/template/metadata/annotations",
          value: { "proxy.istio.io/config": "discoveryAddress: istiod.nowhere.svc:15012" },
        },
      ]);
      await on("east", "shop", "scale deployment web-v2 --replicas=0");
      await on("east", "shop", "scale deployment web-v2 --replicas=1");
    },
    causes: [cause("east", "ISM556")],
    folds: ["ISM441"],
    undo: async () =>
      on(
        "east",
        "shop",
        'patch deployment web-v2 --type=merge -p {"spec":{"template":{"metadata":{"annotations":null}}}}',
      ),
  },
  {
    what: "a ProxyConfig asks for an image of sidecars that is not there, and the pod of helloworld in west has to go",
    inject: async () => {
      await put("west", {
        apiVersion: "networking.istio.io/v1beta1",
        kind: "ProxyConfig",
        metadata: { name: "by-hand", namespace: "sample" },
        spec: { image: { imageType: "nowhere" } },
      });
      await on("west", "sample", "delete pod -l app=helloworld --wait=true");
    },
    causes: [cause("west", "ISM597")],
    folds: ["ISM441"],
    undo: async () => {
      await drop("west", "sample", "proxyconfigs.networking.istio.io/by-hand");
      await restart("west", "sample", "helloworld-v1");
    },
  },
  {
    what: "the Service of istiod in east selects no pod",
    inject: async () =>
      patch("east", istio, "service/istiod", [{ op: "add", path: "/spec/selector/team", value: "x" }]),
    causes: [cause("east", "ISM454")],
  },
];
