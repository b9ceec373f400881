import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import type { Service } from "../../model/mesh.ts";
import { kubectlCommand } from "../commands.ts";
import type { ReachedCluster, ServiceFacts } from "../facts.ts";
import { applyFix, meshClusters } from "../reached.ts";
import { serviceObject } from "../service-object.ts";
import { appliedObject, objectOf, serviceIn } from "../subjects.ts";

/** A name resolves where its Service is: one of the same ports must be in every cluster that has clients (docs/guides/check.md, complaint 15, IST0170). */
export const inEveryCluster: Check = {
  id: "services/in-every-cluster",
  sentence: "services are the same in every cluster",
  pre: false,
  run: (facts) =>
    facts.mesh.services.flatMap((service) => {
      const key = `${service.namespace}/${service.name}`;
      return meshClusters(facts).flatMap((one) => {
        const here = one.services.find((other) => other.service === key);
        const elsewhere = meshClusters(facts).some(
          (other) => other !== one && other.services.some(({ service: name, present }) => name === key && present),
        );
        const flaw = here === undefined ? undefined : flawOf(here, service, elsewhere);
        const object = { group: "", kind: "Service", namespace: service.namespace, name: service.name };
        return flaw === undefined
          ? []
          : [
              problem("ISM440", {
                detail: `Service ${key} of ${one.cluster} ${flaw}.`,
                fix: fixOf(one, here, service),
                cluster: one.cluster,
                object,
                // Where somebody has made it so after an apply, that is told.
                ...(here?.externalName === undefined
                  ? {}
                  : { needs: [objectOf(one.cluster, object), appliedObject(one.cluster, object)] }),
                breaks:
                  here?.present === true && here.headless && service.exported ? [] : [serviceIn(one.cluster, key)],
              }),
            ];
      });
    }),
};

function fixOf(one: ReachedCluster, here: ServiceFacts | undefined, { exported }: Pick<Service, "exported">): string {
  if (here?.externalName !== undefined) {
    return `Whoever deploys it has to decide: make it a Service of type ClusterIP that selects the service's pods, or, where this cluster is to ask somewhere else by this name, take the service out of the mesh file: ${kubectlCommand(one, "edit", serviceObject(here.service))}`;
  }
  return here?.headless === true && exported
    ? "Whoever deploys it has to decide: give it a cluster IP, or one Service with a cluster IP per pod."
    : applyFix;
}

function flawOf(
  here: ServiceFacts,
  { port, exported }: Pick<Service, "port" | "exported">,
  elsewhere: boolean,
): string | undefined {
  if (!here.present) {
    return `is not there: its name does not resolve for clients of this cluster${elsewhere ? ", though other clusters have it" : ""}`;
  }
  if (here.externalName !== undefined) {
    return `is of type ExternalName, so that its name leads clients of this cluster to ${here.externalName}, and to no pod of the mesh`;
  }
  if (here.headless && exported) {
    return "is headless: clients would go to pod addresses, which do not lead from one network into another";
  }
  const spoken = here.servicePorts.find((one) => one.port === port)?.protocol ?? "TCP";
  if (here.ports.includes(port) && spoken !== "TCP") {
    return `has port ${port} for ${spoken}, which Istio leaves out: no proxy knows the service there`;
  }
  return here.ports.includes(port)
    ? undefined
    : `has the ports ${here.ports.join(", ") || "(none)"} and not ${port}, which the mesh file names`;
}
