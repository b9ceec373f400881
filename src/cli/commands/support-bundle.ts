import { defineMeshCommand } from "../command-line/command.ts";
import { fileOption } from "../command-line/options.ts";

/** `isthmus support-bundle` */
export const supportBundleCommand = defineMeshCommand({
  name: "support-bundle",
  summary: "Packs the state of the mesh into one file, without secrets: a support bundle",
  description:
    "Asks all clusters side by side: facts, findings, plan and status; Kubernetes' Events, pods and the mesh's objects; istiod's logs and debug pages; the gateways' Envoy. Nothing is changed. Data of Secrets is never in it, and every secret that is known or looks like one is taken out of everything else. What cannot be had is listed in the archive and stops nothing; exit code 69 when a cluster does not answer. The file is readable by its owner only, and never written over another.",
  examples: [
    { command: "isthmus support-bundle -f mesh.yaml", does: "isthmus-support-MESH-TIME.tar.gz, in this folder" },
    {
      command: "isthmus support-bundle --out case-42.tar.gz --events apply.jsonl",
      does: "with the events of the last apply",
    },
  ],
  options: {
    file: fileOption,
    events: {
      kind: "text",
      value: "FILE",
      summary: "Put in what an earlier run wrote with --events-to",
      group: "Target",
      complete: "file",
    },
    out: {
      kind: "text",
      value: "FILE",
      summary: "The archive to write; without it the name carries mesh and time",
      group: "Output",
      complete: "file",
    },
  },
  run: async (args, context) => {
    const { packSupportBundle } = await import("../handlers/support-bundle.ts");
    return packSupportBundle(args, context);
  },
});
