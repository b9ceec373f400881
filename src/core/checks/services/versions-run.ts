import type { Check } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl } from "../commands.ts";
import { reachedCluster } from "../reached.ts";
import {
  appliedObject,
  istiod,
  newPods,
  nodes,
  rootInNamespace,
  serviceIn,
  wayToInjector,
  workloadsOf,
} from "../subjects.ts";

export const versionsRun: Check = {
  id: "services/versions-run",
  sentence: "every version has ready pods where it runs",
  pre: false,
  run: (facts) =>
    facts.mesh.services.flatMap((service) =>
      service.versions.flatMap((version) =>
        version.clusters.flatMap((name) => {
          const one = reachedCluster(facts, name);
          const here = one?.services.find((other) => other.service === `${service.namespace}/${service.name}`);
          if (one?.istiod.desired === undefined || here === undefined || (here.podsOf[version.name] ?? []).length > 0) {
            return [];
          }
          const object = { group: "", kind: "Service", namespace: service.namespace, name: service.name };
          const labels = Object.entries(version.labels).map(([key, value]) => `${key}=${value}`);
          return [
            problem("ISM441", {
              detail: `Version ${version.name} of ${service.namespace}/${service.name} has no ready pod in ${name} (${labels.join(",")}).`,
              fix: `Whoever deploys the version has to see why: ${kubectl(one, "-n", service.namespace, "describe", "pods", "-l", labels.join(","))}`,
              cluster: name,
              object,
              needs: [
                appliedObject(name, object),
                workloadsOf(name, here.service, version.name),
                nodes(name),
                newPods(name, service.namespace),
                serviceIn(name, here.service),
                istiod(name),
                wayToInjector(name),
                rootInNamespace(name, service.namespace),
              ],
            }),
          ];
        }),
      ),
    ),
};
