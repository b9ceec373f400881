import { warningOf } from "../diagnostics/coded.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { readDuration } from "../mesh-file/duration.ts";
import type { Mesh, Route } from "../model/mesh.ts";
import { proofTimeoutSeconds } from "../decide/route-request.ts";
import type { Locate } from "./route-order.ts";

/** Routes of which a part of the requests fails on purpose, so that proofs of them fail too (ISM548). */
export function adviseFaults(mesh: Mesh, locate?: Locate): readonly Diagnostic[] {
  return mesh.services.flatMap((service, index) =>
    service.routes.flatMap((route, number) =>
      faultsOf(route).map((what) => ({
        ...warningOf("ISM548"),
        detail: `Route ${route.name} (${service.namespace}/${service.name}) ${what}. They fail for everybody, and isthmus verify and the proofs of isthmus shift call that a failure.`,
        fix: "Leave it so while callers are tested; take fault out before the route is to be proven.",
        ...(locate === undefined ? {} : { range: locate(["spec", "services", index, "routes", number, "fault"]) }),
      })),
    ),
  );
}

function faultsOf({ fault }: Route): readonly string[] {
  const { abort, delay } = fault ?? {};
  return [
    ...(abort === undefined || abort.percentage.value === 0
      ? []
      : [
          `answers ${abort.percentage.value} % of its requests with ${abort.httpStatus ?? abort.grpcStatus} in the application's place`,
        ]),
    ...(delay === undefined ||
    delay.percentage.value === 0 ||
    (readDuration(delay.fixedDelay) ?? 0) < proofTimeoutSeconds
      ? []
      : [
          `holds ${delay.percentage.value} % of its requests back for ${delay.fixedDelay}, and a proof waits ${proofTimeoutSeconds} s for an answer`,
        ]),
  ];
}
