import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import type { Mesh } from "../../../core/model/mesh.ts";
import type { Palette } from "../../terminal/palette.ts";

/** One line: valid and what the mesh has, or how many problems there are. */
export function viewValidation(
  file: string,
  mesh: Mesh | undefined,
  diagnostics: readonly Diagnostic[],
  palette: Palette,
): string {
  const warnings = diagnostics.filter((one) => one.severity === "warning").length;
  const remark = warnings === 0 ? "" : `, ${count(warnings, "warning")}`;
  if (mesh === undefined) {
    return `${palette.bad("×")} ${file} has ${count(diagnostics.length - warnings, "error")}${remark}`;
  }
  const routes = mesh.services.flatMap((service) => service.routes).length;
  const parts = [
    `${count(mesh.clusters.length, "cluster")} (${mesh.clusters.map((cluster) => cluster.name).join(", ")})`,
    count(mesh.services.length, "service"),
    count(routes, "route"),
    `Istio ${mesh.istio.version}`,
  ];
  return `${palette.good("√")} ${file} is valid: mesh ${mesh.name}, ${parts.join(", ")}${remark}`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}
