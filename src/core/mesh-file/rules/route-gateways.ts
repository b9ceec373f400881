import { meshGateway } from "../../render/names.ts";
import type { MeshDraft } from "../draft.ts";
import { itemsOf } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { describePath } from "../path.ts";
import type { Placed, RouteDraft } from "../walk-draft.ts";
import { routesOf } from "../walk-draft.ts";

/** A route says once where it is: at one Gateway, in sidecars, or in both. */
export function checkRouteGateways(draft: MeshDraft): readonly Finding[] {
  return routesOf(draft).flatMap(checkRoute);
}

function checkRoute({ value, path }: Placed<RouteDraft>): readonly Finding[] {
  const [one, several] = ["gateway" in value, "gateways" in value];
  if (!one && !several) {
    return [
      {
        code: "ISM105",
        path: [...path, "gateway"],
        detail: `${describePath(path)} has no gateway, and there is no default for it: it is the name of the Gateway that the route is at, or mesh for callers inside the mesh.`,
        fix: "Add gateway (text), or gateways for a Gateway and mesh together.",
      },
    ];
  }
  if (one && several) {
    return [
      {
        code: "ISM119",
        path: [...path, "gateways"],
        at: "key",
        detail: `${describePath(path)} has gateway and gateways, and only one of them can hold.`,
        fix: "Keep one: gateway for one place, gateways for a Gateway and mesh together.",
      },
    ];
  }
  const [first, second] = itemsOf(value.gateways).filter(([, name]) => name !== meshGateway);
  return first === undefined || second === undefined || first[1] === second[1]
    ? []
    : [
        {
          code: "ISM545",
          path: [...path, "gateways", second[0]],
          detail: `${describePath(path)} is at Gateway ${first[1]} already. All Gateways of the mesh file open the same ports of the same ingress gateways, so that a second one would give every request the same route again.`,
          other: [...path, "gateways", first[0]],
          fix: `Delete ${second[1]}; beside a Gateway there can be mesh, for callers inside the mesh.`,
        },
      ];
}
