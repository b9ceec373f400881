import { defineGroup } from "../command-line/command.ts";
import { netpolMatrixCommand } from "./netpol-matrix.ts";
import { netpolTestCommand } from "./netpol-test.ts";

/** `isthmus netpol` */
export const netpolCommand = defineGroup({
  name: "netpol",
  summary: "Says who may reach whom by NetworkPolicies, and which one decides",
  description:
    "Pods, Services and NetworkPolicies of the clusters are read, and judged as Kubernetes defines it (docs/guides/network-policies.md). Nothing is sent and nothing is changed. Whether a cluster's network enforces policies at all is not known by them.",
  examples: [
    {
      command: "isthmus netpol test --from sample/curl --to sample/helloworld --port 5000",
      does: "yes or no, and the rules that decide",
    },
    { command: "isthmus netpol matrix", does: "all pods of the mesh's namespaces" },
  ],
  commands: [netpolTestCommand, netpolMatrixCommand],
});
