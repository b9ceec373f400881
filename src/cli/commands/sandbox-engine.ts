import { defineCommand } from "../command-line/command.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";

/** `isthmus sandbox engine` */
export const sandboxEngineCommand = defineCommand({
  name: "engine",
  summary: "Gets the sandbox's engine (Kubernetes, Istio, Envoy) into the cache and says where it is",
  description:
    "The first time this takes minutes; afterwards it needs no network and returns at once. `sandbox up` does it by itself.",
  examples: [{ command: "isthmus sandbox engine", does: "builds the engine, or finds it" }],
  run: async (_args, context) => {
    const { obtainEngine } = await import("../handlers/sandbox-up.ts");
    const engine = await obtainEngine(context);
    context.print(
      `${engine.dir}\nkubernetes ${engine.versions.kubernetes}, istio ${engine.versions.istio}, envoy ${engine.versions.envoy}, coredns ${engine.versions.coredns}, etcd ${engine.versions.etcd ?? "3.4"}`,
    );
    return exitCodes.ok;
  },
});
