import type { InstanceRecord, SandboxCluster } from "./instance-record.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";

/**
 * A sandbox keeps its clusters: UserError ISM733 where others are asked for.
 * Whoever does not ask for flat ones keeps those that are there.
 */
export function refuseOtherClusters(
  record: InstanceRecord,
  options: { readonly instance: string; readonly clusters?: readonly SandboxCluster[] },
): void {
  const isFlatAsked = options.clusters?.some(({ flat }) => flat === true) === true;
  const asked = options.clusters
    ?.map((one, position) =>
      describeCluster(isFlatAsked ? one : { ...one, flat: record.clusters[position]?.flat === true }),
    )
    .join(", ");
  const present = record.clusters.map(describeCluster).join(", ");
  if (asked !== undefined && asked !== present) {
    throw sandboxError("ISM733", {
      detail: `The sandbox ${JSON.stringify(options.instance)} has the clusters ${present}; ${asked} were asked for.`,
      fix: `Run \`isthmus sandbox down --instance ${options.instance}\` first, or make another sandbox with \`--instance NAME\`.`,
    });
  }
}

function describeCluster({ name, region, zone, flat }: SandboxCluster): string {
  return `${name} (${region}/${zone}${flat === true ? ", flat" : ""})`;
}
