import { expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { meshWithRoutes } from "../testing/mesh-with-routes.ts";
import { adviseNeverInjected } from "./never-injected.ts";

const route = "{ name: r, gateway: g, hosts: [a.example], weights: { v1: 100 } }";

it.each(["kube-system", "kube-public", "kube-node-lease", "local-path-storage", "shop"])(
  "a service is told of where Istio injects no sidecar: namespace %s",
  (namespace) => {
    const text = meshWithRoutes(route).replace(/namespace: \S+?(?=[,\s])/, `namespace: ${namespace}`);
    const { mesh, diagnostics, locate } = parseMesh(text, "mesh.yaml");
    if (mesh === undefined) {
      throw new Error(JSON.stringify(diagnostics));
    }
    const line = text.split("\n").findIndex((one) => one.includes(`namespace: ${namespace}`)) + 1;
    expect(adviseNeverInjected(mesh, locate).map(({ code, range }) => [code, range?.start.line])).toEqual(
      namespace === "shop" ? [] : [["ISM535", line]],
    );
  },
);
