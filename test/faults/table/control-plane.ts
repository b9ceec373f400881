import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { cause, drop, kubectl, on, patch, restart } from "../fault.ts";
import { check, headOf, meshFile } from "../mesh.ts";

const istio = "istio-system";

async function untilQuotaCounts(): Promise<void> {
  const used = ["-n", "sample", "get", "quota", "no-maps", "-o", "jsonpath={.status.used}"];
  for (let tries = 0; tries < 100 && !(await kubectl("east", used)).includes("configmaps"); tries += 1) {
    await sleep(100);
  }
}

/** istiod tries a few times, some seconds apart, and then never again. */
async function untilIstiodHasGivenUp(): Promise<void> {
  const end = Date.now() + 90_000;
  while (headOf((await check(meshFile())).causes)[0] !== "ISM453 east" && Date.now() < end) {
    await sleep(500);
  }
}

export const controlPlaneFaults: readonly Fault[] = [
  {
    what: "istiod is scaled to 0 in east",
    inject: async () => on("east", istio, "scale deployment istiod --replicas=0"),
    causes: [cause("east", "ISM420")],
    undo: async () => {
      await on("east", istio, "scale deployment istiod --replicas=1");
      await on("east", istio, "rollout status deployment/istiod --timeout=80s");
    },
  },
  {
    what: "istiod's image cannot be pulled in west",
    inject: async () => {
      await patch("west", istio, "deployment/istiod", [
        { op: "replace", path: "/spec/template/spec/containers/0/image", value: "docker.io/istio/pilot:0.0.0-none" },
      ]);
      await on("west", istio, "scale deployment istiod --replicas=0");
      await on("west", istio, "scale deployment istiod --replicas=1");
    },
    causes: [cause("west", "ISM454", "ISM420")],
    undo: async () => on("west", istio, "rollout undo deployment/istiod"),
  },
  {
    what: "the webhook that injects sidecars is deleted in west",
    inject: async () =>
      drop(
        "west",
        istio,
        "mutatingwebhookconfiguration/istio-sidecar-injector-istio-system",
        "mutatingwebhookconfiguration/istio-sidecar-injector",
      ),
    causes: [cause("west", "ISM423")],
  },
  {
    what: "the webhook that validates routes is deleted in east",
    inject: async () => drop("east", istio, "validatingwebhookconfiguration/istiod-default-validator"),
    causes: [cause("east", "ISM455", "ISM469")],
  },
  {
    what: "istiod of east takes itself for another cluster",
    inject: async () => {
      await on("east", istio, "set env deployment/istiod CLUSTER_ID=elsewhere");
      await on("east", istio, "rollout status deployment/istiod --timeout=80s");
    },
    causes: [cause("east", "ISM421", "ISM454")],
  },
  {
    what: "the mesh configuration of west is edited by hand",
    inject: async () => {
      const text = await kubectl("west", ["-n", istio, "get", "configmap", "istio", "-o", "jsonpath={.data.mesh}"]);
      const data = { mesh: text.replace("trustDomain: cluster.local", "trustDomain: other.example") };
      await kubectl("west", [
        "-n",
        istio,
        "patch",
        "configmap",
        "istio",
        "--type=merge",
        "-p",
        JSON.stringify({ data }),
      ]);
    },
    causes: [cause("west", "ISM454")],
  },
  {
    what: "istiod of east has given up namespace sample, whose quota had no room for its root certificate",
    inject: async () => {
      await on("east", "sample", "create quota no-maps --hard=count/configmaps=1");
      // Without its count a quota refuses nothing.
      await untilQuotaCounts();
      await drop("east", "sample", "configmap/istio-ca-root-cert");
      await untilIstiodHasGivenUp();
      await drop("east", "sample", "quota/no-maps");
    },
    causes: [cause("east", "ISM453")],
    undo: async () => {
      await drop("east", "sample", "quota/no-maps");
      await restart("east", istio, "istiod");
    },
  },
  {
    what: "the service account's rights of istiod are removed in east",
    inject: async () => drop("east", istio, "clusterrolebinding/istiod-clusterrole-istio-system"),
    causes: [cause("east", "ISM455")],
    undo: async () => restart("east", istio, "istiod"),
  },
];
