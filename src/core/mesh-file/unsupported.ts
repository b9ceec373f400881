import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { errorOf } from "../diagnostics/coded.ts";
import { announcesAddresses } from "../routing/east-west-place.ts";
import type { Mesh } from "../model/mesh.ts";
import type { ParsedMesh } from "./parse.ts";
import type { Path } from "./path.ts";
import { readDuration } from "./duration.ts";
import { fieldDefaults } from "./field-defaults.ts";
import { describePath } from "./path.ts";

/** Something that the format has and this version cannot carry out. */
interface Gap {
  /** The places of the mesh that ask for it, as paths in the file. */
  readonly find: (mesh: Mesh) => readonly Path[];
  /** Completes "This version cannot …". */
  readonly cannot: string;
  readonly fix: string;
}

/**
 * What of a valid mesh this version cannot carry out: an error for each place
 * in the file that asks for it. `locate` of the parsed file gives them lines.
 */
export function findUnsupported(mesh: Mesh, locate?: ParsedMesh["locate"]): readonly Diagnostic[] {
  return gaps.flatMap((gap) =>
    gap.find(mesh).map((path) => ({
      ...errorOf("ISM190"),
      detail: `This version cannot ${gap.cannot}, which ${describePath(path)} asks for.`,
      fix: gap.fix,
      ...(locate === undefined ? {} : { range: locate(path) }),
    })),
  );
}

/** The whole list. A line goes when its feature comes. */
const gaps: readonly Gap[] = [
  {
    find: (mesh) =>
      when(
        mesh.access.credentials === "serviceAccount" &&
          mesh.access.rotateBeforeSeconds !== readDuration(fieldDefaults.rotateBefore),
        ["spec", "access", "rotateBefore"],
      ),
    cannot: "renew the tokens of reader accounts",
    fix: "Leave rotateBefore out; the reader account's token does not expire.",
  },
  {
    find: (mesh) =>
      mesh.access.credentials !== "rancherToken"
        ? []
        : mesh.clusters.flatMap(({ endpointSeenFrom }, index) =>
            when(endpointSeenFrom !== undefined, ["spec", "clusters", index, "endpointSeenFrom"]),
          ),
    cannot: "use a token of Rancher at an address of a single cluster",
    fix: "Write endpoint, an authorized endpoint that all clusters use; or credentials: serviceAccount under access.",
  },
  {
    find: (mesh) => when(mesh.trust.root.kind === "secretRef", ["spec", "trust", "root", "secretRef"]),
    cannot: "take the root from a Secret",
    fix: "Give the root as certFile and keyFile.",
  },
  {
    find: (mesh) => (mesh.hardening.networkPolicies === false ? [] : gatewaysThere(mesh)),
    cannot: "write network policies for a gateway that it does not make, nor let it in at the services",
    fix: "Leave hardening.networkPolicies out and write the policies yourself; or leave eastWest.service out.",
  },
  {
    find: (mesh) =>
      mesh.istio.install !== "existing"
        ? []
        : mesh.clusters.flatMap((cluster, index) =>
            when(announcesAddresses(cluster), ["spec", "clusters", index, "eastWest"]),
          ),
    cannot: "say where a gateway is reached in an Istio whose configuration it does not write",
    fix: "Use another install; or leave eastWest out, set global.meshNetworks of every istiod that reads the cluster (https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshNetworks), and take the label topology.istio.io/network off the gateway's Service.",
  },
];

/** Where the mesh file names gateways that somebody else has made. */
function gatewaysThere({ clusters }: Mesh): readonly Path[] {
  return clusters.flatMap(({ eastWest }, index) =>
    when(eastWest?.service !== undefined, ["spec", "clusters", index, "eastWest", "service"]),
  );
}

function when(condition: boolean, path: Path): readonly Path[] {
  return condition ? [path] : [];
}
