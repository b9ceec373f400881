import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { Mesh } from "../../core/model/mesh.ts";
import { eastWestGateway, ingressGateway } from "../../core/render/names.ts";
import { hasNamedGateway } from "../../core/routing/east-west-place.ts";
import type { UnreadValue } from "../../core/render/unread-values.ts";
import { findUnreadValues } from "../../core/render/unread-values.ts";
import type { ChartFolders } from "../../providers/helm/find-charts.ts";
import { readChartValues } from "../../providers/helm/read-chart-values.ts";
import type { LocateValue } from "./istio-renderer.ts";

/** Throws a UserError (ISM161) with all values of the mesh file that none of Istio's charts reads, each with its place. */
export async function refuseUnreadValues(mesh: Mesh, folders: ChartFolders, locate?: LocateValue): Promise<void> {
  const { values } = mesh.istio;
  if (values === undefined) {
    return;
  }
  const [istiod, base, cni, gateway] = await Promise.all(
    [folders.istiod, folders.base, folders.cni, folders.gateway].map(readChartValues),
  );
  if (istiod === undefined || base === undefined || cni === undefined || gateway === undefined) {
    throw new Error("four charts were read");
  }
  const unread = findUnreadValues(values, {
    charts: [istiod, base, cni],
    gateway,
    gatewayNames: [ingressGateway, ...(mesh.clusters.every(hasNamedGateway) ? [] : [eastWestGateway])],
  });
  if (unread.length > 0) {
    throw new UserError(
      unread.map((one) => unreadValue(one, mesh.istio.version, locate)),
      exitCodes.invalidMeshFile,
    );
  }
}

function unreadValue({ path, near }: UnreadValue, version: string, locate?: LocateValue): Diagnostic {
  return {
    ...errorOf("ISM161"),
    detail: `No chart of Istio ${version} has a value or a template that names ${path.join(".")}, so it would have no effect.`,
    fix:
      near === undefined
        ? "Delete it, or see the chart's own values (helm show values) for how it is called in this version."
        : `Did you mean ${near.join(".")}?`,
    ...(locate === undefined ? {} : { range: locate(["spec", "istio", "values", ...path]) }),
  };
}
