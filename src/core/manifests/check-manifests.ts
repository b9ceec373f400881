import { manifestCodes } from "../diagnostics/codes/manifests.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { idOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import type { Materials } from "../render/materials.ts";
import { serviceKey } from "../render/materials.ts";
import { checkContainers } from "./check-quantities.ts";
import { checkMeshLabel } from "./check-mesh-label.ts";
import { checkPodSecurity } from "./check-pod-security.ts";
import { checkPods } from "./check-pods.ts";
import { checkFurtherPorts } from "./check-further-ports.ts";
import { checkPolicyPort } from "./check-policy-port.ts";
import { checkPolicyShape } from "./check-policy-shape.ts";
import { checkGatewayRoutes } from "./check-gateway-routes.ts";
import { checkRouting, checkService } from "./check-service.ts";
import { checkVersionServices } from "./check-version-services.ts";
import { checkWorkloads } from "./check-workloads.ts";
import { checkInboundPorts } from "./check-inbound-ports.ts";
import { checkApiVersions } from "./check-api-versions.ts";
import { checkEmptyFields } from "./check-empty-fields.ts";
import { checkNames } from "./check-names.ts";
import { checkProbes } from "./check-probes.ts";
import { checkParts } from "./check-parts.ts";
import { checkListedTwice } from "./check-listed-twice.ts";
import { checkSecretData } from "./check-secret-data.ts";
import { checkTexts } from "./check-texts.ts";
import { checkValueTypes } from "./check-value-types.ts";
import type { CheckedService, Finding } from "./finding.ts";

const checks: readonly ((checked: CheckedService, mesh: Mesh) => readonly Finding[])[] = [
  checkService,
  checkVersionServices,
  checkWorkloads,
  checkRouting,
  checkGatewayRoutes,
  checkPods,
  checkInboundPorts,
  checkPodSecurity,
  ({ manifests }, mesh) => manifests.flatMap((object) => checkApiVersions(object, mesh)),
  ({ manifests }) => manifests.flatMap(checkNames),
  ({ manifests }) => manifests.flatMap(checkParts),
  ({ manifests }) => manifests.flatMap(checkEmptyFields),
  ({ manifests }) => manifests.flatMap(checkContainers),
  ({ manifests }) => manifests.flatMap(checkProbes),
  ({ manifests }) => manifests.flatMap(checkTexts),
  ({ manifests }) => manifests.flatMap(checkValueTypes),
  ({ manifests }) => manifests.flatMap(checkListedTwice),
  ({ manifests }) => manifests.flatMap(checkSecretData),
  (checked, mesh) => checkMeshLabel(checked, mesh.name),
  checkPolicyPort,
  checkFurtherPorts,
  checkPolicyShape,
];

/**
 * What the services' manifests say against the mesh file, or against
 * themselves: found offline, before any cluster is asked. Errors would leave
 * a route without an answer; warnings have a meaning that is rarely meant.
 * `incomplete` are the keys of services whose manifests were read in part only:
 * of what they lack nothing is said.
 */
export function checkManifests(
  mesh: Mesh,
  { serviceManifests, places }: Required<Pick<Materials, "serviceManifests" | "places">>,
  incomplete: ReadonlySet<string> = new Set(),
): readonly Diagnostic[] {
  return mesh.services.flatMap((service, index) => {
    const manifests = serviceManifests[serviceKey(service)];
    return manifests === undefined
      ? []
      : checks
          .flatMap((check) => check({ service, manifests }, mesh))
          // What is missing may stand in what could not be read.
          .filter(({ object }) => object !== undefined || !incomplete.has(serviceKey(service)))
          .map(({ code, severity, object, at, detail, fix }): Diagnostic => ({
            code,
            severity,
            summary: manifestCodes[code].summary,
            detail,
            fix,
            range:
              (object === undefined ? undefined : places.manifest(object, at)) ??
              places.mesh(["spec", "services", index, "manifests"]),
            ...(object === undefined ? {} : { object: idOf(object) }),
          }));
  });
}
