import { hasLabels } from "../../model/labels.ts";
import type { Service, ServiceVersion } from "../../model/mesh.ts";
import { servicePods } from "../../policies/service-pods.ts";
import type { Check, Finding } from "../check.ts";
import { problem } from "../check.ts";
import { kubectl, remake } from "../commands.ts";
import type { ReachedCluster, ServiceFacts } from "../facts.ts";
import { reachedCluster } from "../reached.ts";
import { injectorTemplate, wayToInjector } from "../injector-subjects.ts";
import { appliedObject, istiod, newPods, nodes, rootInNamespace, serviceIn, workloadsOf } from "../subjects.ts";

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
          return [
            problem("ISM441", {
              ...(unnamedPort(one, here, { service, version }) ?? missingPods(one, { service, version })),
              cluster: name,
              object,
              // A port that has a name is looked for in pods.
              provenBy: { own: isNamed(here, service.port) ? ["istiod", "services", "pods"] : ["istiod", "services"] },
              needs: [
                appliedObject(name, object),
                workloadsOf(name, here.service, version.name),
                nodes(name),
                newPods(name, service.namespace),
                serviceIn(name, here.service),
                istiod(name),
                wayToInjector(name),
                rootInNamespace(name, service.namespace),
                ...(sidecarOf(wordsOf(one, { service, version })) === undefined ? [] : [injectorTemplate(name)]),
              ],
              ...remadePods(one, { service, version }),
            }),
          ];
        }),
      ),
    ),
};

interface Missing {
  readonly service: Service;
  readonly version: ServiceVersion;
}

function missingPods(one: ReachedCluster, { service, version }: Missing): Pick<Finding, "detail" | "fix" | "commands"> {
  const labels = Object.entries(version.labels).map(([key, value]) => `${key}=${value}`);
  const key = `${service.namespace}/${service.name}`;
  const words = wordsOf(one, { service, version });
  const detail = `Version ${version.name} of ${key} has no ready pod in ${one.cluster} (${labels.join(",")})${words === undefined ? "" : `: ${words}`}.`;
  const sidecar = sidecarOf(words);
  // A pod that nothing has made would not come back.
  const pod = servicePods(one, service).find(({ name, owner }) => name === sidecar?.pod && owner !== undefined);
  if (sidecar === undefined || (!sidecar.starts && pod === undefined)) {
    return {
      detail,
      fix: `Whoever deploys the version has to see why: ${kubectl(one, "-n", service.namespace, "describe", "pods", "-l", labels.join(","))}`,
    };
  }
  const log = kubectl(one, "-n", service.namespace, "logs", sidecar.pod, "-c", "istio-proxy", "--tail=20");
  return sidecar.starts
    ? {
        detail: `${detail} Its sidecar has no certificate or no configuration from istiod yet.`,
        fix: `Whoever deploys the version has to see which istiod its sidecar asks, and what that one answers: ${log}`,
      }
    : {
        detail: `${detail} Its sidecar does not answer the kubelet, or has no configuration, and passes on no request.`,
        fix: `A sidecar that hangs is ended with its pod, and the one that follows begins anew. Where that does not help, see what it says: ${log}`,
        commands: [kubectl(one, "-n", service.namespace, "delete", "pod", sidecar.pod)],
      };
}

/** A sidecar asks the istiod that it was told of when its pod was made. */
function remadePods(one: ReachedCluster, { service, version }: Missing): Pick<Finding, "afterwards"> {
  const key = `${service.namespace}/${service.name}`;
  const names = one.hindered
    .filter((it) => it.service === key && it.version === version.name && it.kind === "Deployment")
    .filter(({ words }) => sidecarOf(words) !== undefined)
    .map(({ name }) => name);
  return names.length === 0
    ? {}
    : {
        afterwards: {
          of: injectorTemplate(one.cluster),
          commands: names.flatMap((name) => remake(one, service.namespace, name)),
        },
      };
}

function wordsOf(one: ReachedCluster, { service, version }: Missing): string | undefined {
  const key = `${service.namespace}/${service.name}`;
  return one.hindered.find((lacking) => lacking.service === key && lacking.version === version.name)?.words;
}

/**
 * The pod whose sidecar alone keeps it from being ready, as `podReadiness` has
 * it. One that has started once stands still, or has never been told anything;
 * one that `starts` has no configuration yet.
 */
function sidecarOf(words = ""): { readonly pod: string; readonly starts: boolean } | undefined {
  const [, pod, state] =
    /^pod (\S+): container istio-proxy (runs, but is not ready|has not passed its startup probe)/.exec(words) ?? [];
  return pod === undefined ? undefined : { pod, starts: state?.startsWith("has") === true };
}

function isNamed({ servicePorts }: ServiceFacts, port: number): boolean {
  return typeof servicePorts.find((one) => one.port === port)?.targetPort === "string";
}

/** A port that a Service leads to by a name exists only in pods that name it: others are no endpoints, however ready. */
function unnamedPort(
  one: ReachedCluster,
  here: ServiceFacts,
  { service, version }: Missing,
): Pick<Finding, "detail" | "fix"> | undefined {
  const { targetPort } = here.servicePorts.find(({ port }) => port === service.port) ?? {};
  const ready = servicePods(one, service).filter((pod) => pod.ready && hasLabels(pod.labels, version.labels));
  if (typeof targetPort !== "string" || ready.length === 0) {
    return undefined;
  }
  const names = [
    ...new Set(ready.flatMap(({ ports }) => ports.flatMap((port) => (port.name === undefined ? [] : [port.name])))),
  ];
  return names.includes(targetPort)
    ? undefined
    : {
        detail: `Version ${version.name} of ${here.service} has no endpoint in ${one.cluster}: port ${service.port} of Service ${here.service} leads to the pods' port ${targetPort}, and ${ready.map(({ name }) => name).join(", ")}, which ${ready.length === 1 ? "is" : "are"} ready, ${ready.length === 1 ? "names" : "name"} ${names.length === 0 ? "no port" : `only ${names.join(", ")}`}.`,
        fix: `Whoever wrote the Service or deploys the pods has to correct one of them: ${kubectl(one, "-n", service.namespace, "edit", "service", service.name)}`,
      };
}
