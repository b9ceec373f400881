import type { Fault } from "../fault.ts";
import { cause, drop, indexOfPort, kubectl, on, patch, put, restart } from "../fault.ts";

export const serviceFaults: readonly Fault[] = [
  {
    what: "the Service of the shop is deleted in east",
    inject: async () => drop("east", "shop", "service/web"),
    causes: [cause("east", "ISM440", "ISM455", "ISM454")],
  },
  {
    what: "the Service without a route is deleted in west",
    inject: async () => drop("west", "back", "service/data"),
    causes: [cause("west", "ISM440", "ISM455")],
  },
  {
    what: "the Service without a route is made again as a name for something outside, in east",
    inject: async () => {
      await drop("east", "back", "service/data");
      await put("east", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "data", namespace: "back", labels: { app: "data" } },
        spec: { type: "ExternalName", externalName: "data.team.example", ports: [{ name: "http", port: 7000 }] },
      });
    },
    causes: [cause("east", "ISM440", "ISM454", "ISM556")],
    undo: async () => drop("east", "back", "service/data"),
  },
  {
    what: "the port's name says TCP in west",
    inject: async () => {
      const index = await indexOfPort("west", "shop", "web", 80);
      await patch("west", "shop", "service/web", [
        { op: "replace", path: `/spec/ports/${index}/name`, value: "tcp-http" },
      ]);
    },
    causes: [cause("west", "ISM454", "ISM479")],
  },
  {
    what: "the Service of helloworld has another port in east",
    inject: async () =>
      patch("east", "sample", "service/helloworld", [{ op: "replace", path: "/spec/ports/0/port", value: 5001 }]),
    causes: [cause("east", "ISM440", "ISM455", "ISM454")],
    undo: async () => drop("east", "sample", "service/helloworld"),
  },
  {
    what: "the target port of helloworld is closed in west",
    inject: async () =>
      patch("west", "sample", "service/helloworld", [{ op: "replace", path: "/spec/ports/0/targetPort", value: 5999 }]),
    causes: [cause("west", "ISM454")],
    folds: ["ISM852"],
  },
  {
    what: "the Service of helloworld selects no pod in east",
    inject: async () =>
      patch("east", "sample", "service/helloworld", [{ op: "add", path: "/spec/selector/team", value: "nobody" }]),
    causes: [cause("east", "ISM454", "ISM441")],
  },
  {
    what: "the Service without a route has lost its selector in west, and its pod has to go",
    inject: async () => {
      await patch("west", "back", "service/data", [{ op: "remove", path: "/spec/selector" }]);
      await kubectl("west", ["-n", "back", "delete", "pod", "-l", "app=data"]);
    },
    causes: [cause("west", "ISM454")],
    folds: ["ISM850"],
  },
  {
    what: "the Service without a route speaks HTTP/2 in west, as its port there says, and its pods do not",
    inject: async () =>
      patch("west", "back", "service/data", [
        { op: "add", path: "/spec/ports/0/appProtocol", value: "kubernetes.io/h2c" },
      ]),
    causes: [cause("west", "ISM556", "ISM454")],
    folds: ["ISM851"],
    undo: async () => patch("west", "back", "service/data", [{ op: "remove", path: "/spec/ports/0/appProtocol" }]),
  },
  {
    what: "v2 of the shop is scaled to 0",
    inject: async () => on("east", "shop", "scale deployment web-v2 --replicas=0"),
    causes: [cause("east", "ISM441", "ISM454")],
    undo: async () => on("east", "shop", "scale deployment web-v2 --replicas=1"),
  },
  {
    what: "the image of v1 of helloworld cannot be pulled",
    inject: async () => {
      await on(
        "west",
        "sample",
        "set image deployment/helloworld-v1 helloworld=docker.io/istio/examples-helloworld:0.0",
      );
      await on("west", "sample", "scale deployment helloworld-v1 --replicas=0");
      await on("west", "sample", "scale deployment helloworld-v1 --replicas=1");
    },
    causes: [cause("west", "ISM441", "ISM454")],
  },
  {
    what: "the Deployment of v1 of the shop is deleted",
    inject: async () => drop("west", "shop", "deployment/web-v1"),
    causes: [cause("west", "ISM455")],
  },
  {
    what: "the readiness probe of v2 of the shop fails",
    inject: async () => {
      await patch("east", "shop", "deployment/web-v2", [
        { op: "replace", path: "/spec/template/spec/containers/0/readinessProbe/httpGet/path", value: "/nowhere" },
      ]);
      await on("east", "shop", "scale deployment web-v2 --replicas=0");
      await on("east", "shop", "scale deployment web-v2 --replicas=1");
    },
    causes: [cause("east", "ISM441", "ISM454")],
    undo: async () =>
      patch("east", "shop", "deployment/web-v2", [
        { op: "replace", path: "/spec/template/spec/containers/0/readinessProbe/httpGet/path", value: "/health" },
      ]),
  },
  {
    what: "pods of v1 of helloworld have no sidecar",
    inject: async () => {
      await patch("west", "sample", "deployment/helloworld-v1", [
        { op: "add", path: "/spec/template/metadata/labels/sidecar.istio.io~1inject", value: "false" },
      ]);
      await on("west", "sample", "rollout status deployment/helloworld-v1 --timeout=80s");
    },
    causes: [cause("west", "ISM442")],
    folds: ["ISM477"],
    undo: async () => {
      const none = { spec: { template: { metadata: { labels: { "sidecar.istio.io/inject": null } } } } };
      const words = [
        "-n",
        "sample",
        "patch",
        "deployment",
        "helloworld-v1",
        "--type=merge",
        "-p",
        JSON.stringify(none),
      ];
      await kubectl("west", words);
    },
  },
  {
    what: "namespace shop of east asks for no sidecars, and pods have restarted",
    inject: async () => {
      await on("east", "shop", "label namespace shop istio-injection-");
      await restart("east", "shop", "web-v2");
    },
    causes: [cause("east", "ISM442")],
    undo: async () => {
      await on("east", "shop", "label --overwrite namespace shop istio-injection=enabled");
      await restart("east", "shop", "web-v2");
    },
  },
  {
    what: "a quota in namespace sample of east forbids pods, and the pod is gone",
    inject: async () => {
      await on("east", "sample", "create quota tight --hard=pods=0");
      await on("east", "sample", "delete pod -l app=helloworld --wait=true");
    },
    causes: [cause("east", "ISM447")],
    undo: async () => {
      await drop("east", "sample", "quota/tight");
      await restart("east", "sample", "helloworld-v2");
    },
  },
  {
    what: "a quota in namespace sample of east has no room for a sidecar",
    inject: async () => on("east", "sample", "create quota tight --hard=limits.cpu=1"),
    causes: [cause("east", "ISM447")],
    undo: async () => drop("east", "sample", "quota/tight"),
  },
  {
    what: "pod security of namespace shop in west forbids sidecars, and the pod is gone",
    inject: async () => {
      await on("west", "shop", "label --overwrite namespace shop pod-security.kubernetes.io/enforce=restricted");
      await on("west", "shop", "delete pod -l app=web --wait=true");
    },
    causes: [cause("west", "ISM473")],
    undo: async () => {
      await on("west", "shop", "label namespace shop pod-security.kubernetes.io/enforce-");
      await restart("west", "shop", "web-v1");
    },
  },
  {
    what: "a limit range in namespace shop of west is too small for a sidecar",
    inject: async () => {
      await put("west", {
        apiVersion: "v1",
        kind: "LimitRange",
        metadata: { name: "small", namespace: "shop" },
        spec: { limits: [{ type: "Container", max: { cpu: "200m", memory: "128Mi" } }] },
      });
      await on("west", "shop", "delete pod -l app=web --wait=true");
    },
    causes: [cause("west", "ISM595")],
    undo: async () => {
      await drop("west", "shop", "limitrange/small");
      await restart("west", "shop", "web-v1");
    },
  },
  {
    what: "pods of v2 of the shop are labelled with another network",
    inject: async () => {
      await patch("east", "shop", "deployment/web-v2", [
        { op: "add", path: "/spec/template/metadata/labels/topology.istio.io~1network", value: "other" },
      ]);
      await on("east", "shop", "rollout status deployment/web-v2 --timeout=80s");
    },
    causes: [cause("east", "ISM567")],
    undo: async () =>
      on(
        "east",
        "shop",
        'patch deployment web-v2 --type=merge -p {"spec":{"template":{"metadata":{"labels":{"topology.istio.io/network":null}}}}}',
      ),
  },
  {
    what: "the pod of v2 of the shop loses the label that says it takes mTLS",
    inject: async () => on("east", "shop", "label pod -l version=v2 security.istio.io/tlsMode-"),
    causes: [cause("east", "ISM765")],
  },
  {
    what: "the pod of v1 of helloworld is given the label of another network",
    inject: async () => on("west", "sample", "label --overwrite pod -l app=helloworld topology.istio.io/network=other"),
    causes: [cause("west", "ISM567")],
    undo: async () => restart("west", "sample", "helloworld-v1"),
  },
];
