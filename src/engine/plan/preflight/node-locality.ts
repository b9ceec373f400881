import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { warningOf } from "../../../core/diagnostics/coded.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import type { PreflightRule } from "./preflight-rule.ts";

/** Nodes whose labels say another region or zone than the mesh file (ISM207). */
export const nodeLocality: PreflightRule = {
  name: "node-locality",
  find: ({ members }) => members.flatMap(findLocalityDifferences),
};

/** Says where a cluster's nodes are not in the region or zone that the mesh file gives for it. */
function findLocalityDifferences(one: Connected): readonly Diagnostic[] {
  const { region, zone, name } = one.cluster;
  const different = one.facts.nodes.filter(
    (node) => (region !== undefined && node.region !== region) || (zone !== undefined && node.zone !== zone),
  );
  const [first] = different;
  if (first === undefined) {
    return [];
  }
  const asked = [
    ...(region === undefined ? [] : [`region ${region}`]),
    ...(zone === undefined ? [] : [`zone ${zone}`]),
  ].join(", ");
  return [
    {
      ...warningOf("ISM207"),
      detail: `The mesh file puts ${name} into ${asked}; nodes there are labelled region ${first.region || "(none)"}, zone ${first.zone || "(none)"}. Istio goes by the nodes' labels.`,
      fix: "Correct spec.clusters[].region and zone, or label the nodes (topology.kubernetes.io/region and /zone).",
      cluster: name,
    },
  ];
}
