import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { maxClusters } from "../network/ranges.ts";
import type { SandboxCluster } from "./instance-record.ts";
import { frontDoorName, rancherName } from "./instance-record.ts";
import { sandboxDiagnostic } from "./sandbox-diagnostic.ts";

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const reservedNames: readonly string[] = [rancherName, "local", frontDoorName];
/** Kubernetes' rule for label values; region and zone become the node's labels. */
const labelValue = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** What is wrong with the name of a sandbox. */
export function checkInstanceName(instance: string): readonly Diagnostic[] {
  return dnsLabel.test(instance) && instance.length <= 20
    ? []
    : [
        sandboxDiagnostic("ISM732", {
          detail: `${JSON.stringify(instance)} is no name for a sandbox.`,
          fix: "Use at most 20 lower case letters, digits and hyphens, beginning and ending with a letter or digit.",
        }),
      ];
}

/** What is wrong with the clusters that are asked for. */
export function checkClusters(clusters: readonly SandboxCluster[]): readonly Diagnostic[] {
  const problems: string[] = [];
  if (clusters.length < 1 || clusters.length > maxClusters) {
    problems.push(`A sandbox has 1 to ${maxClusters} clusters; ${clusters.length} were asked for.`);
  }
  for (const [position, { name, region, zone }] of clusters.entries()) {
    if (!dnsLabel.test(name) || name.length > 40) {
      problems.push(`${JSON.stringify(name)} is no name for a cluster.`);
    } else if (clusters.findIndex((other) => other.name === name) < position) {
      problems.push(`Two clusters are called ${name}.`);
    } else if (reservedNames.includes(name)) {
      problems.push(
        `${JSON.stringify(name)} is what a part of the sandbox beside its clusters is called (a Rancher double, a front door).`,
      );
    }
    for (const [what, value] of Object.entries({ region, zone })) {
      if (!labelValue.test(value)) {
        problems.push(`${JSON.stringify(value)} cannot be the ${what} of ${name}: it becomes a label of the node.`);
      }
    }
  }
  return problems.map((detail) =>
    sandboxDiagnostic("ISM732", {
      detail,
      fix: "Give each cluster a name of its own: at most 40 lower case letters, digits and hyphens, beginning and ending with a letter or digit.",
    }),
  );
}
