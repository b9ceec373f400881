import { defineGroup } from "../command-line/command.ts";
import { sandboxDownCommand } from "./sandbox-down.ts";
import { sandboxEngineCommand } from "./sandbox-engine.ts";
import { sandboxLogsCommand } from "./sandbox-logs.ts";
import { sandboxNodeCommand } from "./sandbox-node.ts";
import { sandboxRancherCommand } from "./sandbox-rancher.ts";
import { sandboxStatusCommand } from "./sandbox-status.ts";
import { sandboxUpCommand } from "./sandbox-up.ts";

/** `isthmus sandbox` */
export const sandboxCommand = defineGroup({
  name: "sandbox",
  summary: "Real clusters on this machine",
  description:
    "Each cluster is one node in its own network, mount and PID namespaces: etcd, API server, controller-manager, scheduler, containerd, kubelet, kube-proxy, kube-router (for network policies) and CoreDNS, all of them the real ones. Contexts are named isthmus-<cluster> and are found without any setting; your own kubeconfig is touched with --merge only.",
  examples: [
    { command: "isthmus sandbox up", does: "two clusters, west and east" },
    { command: "isthmus sandbox down", does: "leaves nothing of them" },
  ],
  commands: [
    sandboxUpCommand,
    sandboxStatusCommand,
    sandboxLogsCommand,
    sandboxDownCommand,
    sandboxEngineCommand,
    sandboxNodeCommand,
    sandboxRancherCommand,
  ],
});
