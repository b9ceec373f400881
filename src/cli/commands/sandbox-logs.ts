import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { instanceOption } from "../command-line/options.ts";

/** `isthmus sandbox logs` */
export const sandboxLogsCommand = defineCommand({
  name: "logs",
  summary: "Prints the log of one component of one cluster",
  examples: [
    { command: "isthmus sandbox logs west kubelet --tail 50", does: "the last 50 lines" },
    { command: "isthmus sandbox logs east kube-apiserver --follow", does: "until Ctrl-C" },
    { command: "isthmus sandbox logs rancher", does: "the Rancher double's own log" },
  ],
  arguments: {
    cluster: {
      value: "CLUSTER",
      summary: "The cluster's name; rancher for that of the Rancher double",
      required: true,
    },
    component: { value: "COMPONENT", summary: "etcd, kube-apiserver, kubelet, containerd, …; not needed for rancher" },
  },
  options: {
    instance: instanceOption,
    follow: { kind: "flag", summary: "Go on with new lines until Ctrl-C", group: "Output" },
    tail: {
      kind: "integer",
      value: "N",
      minimum: 0,
      maximum: 1_000_000,
      summary: "Only the last N lines of what is there",
      group: "Output",
    },
  },
  run: async (args, context) => {
    const { sandboxLogs } = await import("../../sandbox/operations/logs.ts");
    // Following has no end of its own, so that a reader that goes away ends it too.
    const signal = AbortSignal.any([context.signal, context.outputClosed]);
    const lines = sandboxLogs({
      instance: args.instance,
      cluster: args.cluster,
      component: args.component,
      follow: args.follow,
      ...(args.tail === undefined ? {} : { tail: args.tail }),
      env: context.env,
      signal,
    });
    for await (const line of lines) {
      context.print(line);
    }
    return exitCodes.ok;
  },
});
