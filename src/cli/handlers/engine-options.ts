import { hostname, userInfo } from "node:os";
import path from "node:path";
import { defaultAdoption } from "../../core/decide/adoption.ts";
import type { EngineOptions } from "../../engine/options.ts";
import { cacheFolder } from "../../sandbox/engine/cache-folder.ts";
import { findEngine } from "../../sandbox/engine/find-engine.ts";
import type { EngineParts } from "../../sandbox/engine/parts.ts";
import { listSandboxKubeconfigs } from "../../sandbox/operations/sandbox-kubeconfigs.ts";
import type { CliContext, OwnOptions } from "../terminal/context.ts";

/** What a command passes to the engine: the context's world, with this command's listener and limit. */
export async function engineOptions(context: CliContext, own: OwnOptions = {}): Promise<EngineOptions> {
  return {
    env: context.env,
    ...(context.kubeconfig === undefined ? {} : { kubeconfig: path.resolve(context.cwd, context.kubeconfig) }),
    // So that the contexts of sandboxes on this machine work without any setting.
    extraKubeconfigs: await listSandboxKubeconfigs(context.env),
    ...enginesTools(context.env),
    cacheDir: cacheFolder(context.env),
    holder: { identity: `${userName(context.env)}@${hostname()}/${process.pid}`, pid: process.pid },
    signal: context.signal,
    onEvent: own.onEvent ?? (() => {}),
    now: context.now,
    forceConflicts: own.forceConflicts ?? false,
    adopt: own.adopt ?? defaultAdoption,
    continueOnRefusal: own.continueOnRefusal ?? false,
    timeoutMs: own.timeoutMs ?? 60_000,
    ...(context.clusterTimeoutMs === undefined ? {} : { clusterTimeoutMs: context.clusterTimeoutMs }),
  };
}

function userName(env: CliContext["env"]): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have a number and no name.
    return env["USER"] ?? "unknown";
  }
}

/**
 * What the sandbox's engine has for rendering, which can be used also while no
 * sandbox is up. Which engine that is says a digest of its pins, so it is looked for when one of them is asked for.
 */
function enginesTools(
  env: CliContext["env"],
): Pick<EngineOptions, "istioctlCandidates" | "helmCandidates" | "chartCandidates" | "kubectlCandidates"> {
  let found: { readonly engine: EngineParts | undefined } | undefined;
  const toolOf = (pick: (engine: EngineParts) => string): Iterable<string> => ({
    *[Symbol.iterator]() {
      found ??= { engine: findEngine({ env }) };
      if (found.engine !== undefined) {
        yield pick(found.engine);
      }
    },
  });
  return {
    istioctlCandidates: toolOf(({ programs }) => programs.istioctl),
    helmCandidates: toolOf(({ programs }) => programs.helm),
    chartCandidates: toolOf(({ chartsDir }) => chartsDir),
    kubectlCandidates: toolOf(({ programs }) => programs.kubectl),
  };
}
