import { expect, it } from "vitest";
import type { ClusterStatus } from "../../../engine/operations/status.ts";
import { paletteFor } from "../../terminal/palette.ts";
import { viewStatus } from "./status.ts";

const compared = { kind: "compared", create: 0, update: 0, delete: 0, unchanged: 9 } as const;
const diagnostic = { code: "ISM255", severity: "error", summary: "Nothing listens", detail: "refused" } as const;
const drained = [{ service: "shop/web", since: "2026-11-20T08:00:00Z", halfDone: false }];

function reached(change: object): ClusterStatus {
  const lists = { components: [], ingress: [], eastWest: [], remotesByPod: [], credentials: [], services: [] };
  const words = { context: "c", kubernetes: "v1.36.3", istio: "1.31.0", network: "n" };
  return { kind: "reached", cluster: "east", ...words, ...lists, remotes: {}, proxies: [], owned: 9, ...change };
}

function view(cluster: ClusterStatus, file = "mesh.yaml"): string {
  return viewStatus({ name: "demo", file }, [cluster], paletteFor(false));
}

it("says what others have added beside what is as the mesh file asks", () => {
  expect(view(reached({ sync: { ...compared, inSync: true, added: 2 } }))).toContain(
    "‼ east: others have added fields to 2 objects, which an apply leaves (isthmus plan)",
  );
  const both = view(reached({ sync: { ...compared, inSync: false, update: 1, added: 1 } }));
  expect(both).toContain("‼ east: not as the mesh file asks: 0 to create, 1 to change, 0 no longer in it");
  expect(both).toContain("‼ east: others have added fields to 1 object, which an apply leaves (isthmus plan)");
  expect(view(reached({ sync: { ...compared, inSync: true } }))).not.toContain("‼");
});

it("names the mesh file in the command that ends a drain, where it is not the usual one", () => {
  const away: ClusterStatus = { kind: "unreachable", cluster: "east", diagnostic, drained };
  expect(view(away)).toContain("(isthmus undrain east --service shop/web)");
  expect(view(away, "my meshes/prod.yaml")).toContain(
    "(isthmus undrain east --service shop/web -f 'my meshes/prod.yaml')",
  );
  const half: ClusterStatus = { ...away, drained: drained.map((one) => ({ ...one, halfDone: true })) };
  expect(view(half, "prod.yaml")).toContain(
    "(isthmus drain east --service shop/web -f prod.yaml, or isthmus undrain east --service shop/web -f prod.yaml)",
  );
});
