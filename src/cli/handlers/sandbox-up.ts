import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { ensureEngine } from "../../sandbox/engine/ensure-engine.ts";
import type { EngineParts } from "../../sandbox/engine/parts.ts";
import { checkPreflight } from "../../sandbox/engine/preflight/preflight.ts";
import { ensureFrontDoorParts } from "../../sandbox/front-door/front-door-parts.ts";
import { ensureIstioCni } from "../../sandbox/istio-cni/ensure-istio-cni.ts";
import type { SandboxCluster } from "../../sandbox/operations/instance-record.ts";
import { sandboxesFolder } from "../../sandbox/operations/state-folder.ts";
import type { SandboxUp } from "../../sandbox/operations/up.ts";
import { sandboxUp } from "../../sandbox/operations/up.ts";
import type { CliContext } from "../terminal/context.ts";

export interface BringUpArgs {
  readonly instance: string;
  /** Undefined: those that are there, else west and east. */
  readonly clusters: readonly SandboxCluster[] | undefined;
  readonly rancher: boolean;
  readonly frontDoor: boolean;
  readonly istioCni: boolean;
  readonly merge: boolean;
  readonly timeoutMs: number;
}

/** The engine, made or from the cache, after everything that the machine lacks has been named at once. */
export async function obtainEngine(context: CliContext): Promise<EngineParts> {
  const { env, signal } = context;
  const lacks = await checkPreflight({ stateDir: sandboxesFolder(env), signal, env });
  if (lacks.length > 0) {
    throw new UserError(lacks, exitCodes.failed);
  }
  const view = context.progress();
  return ensureEngine({ env, signal, onProgress: view.onProgress }).finally(() => view.stop());
}

/** Preflight, engine and clusters: what `sandbox up` and the demo's first part are. */
export async function bringUpSandbox(args: BringUpArgs, context: CliContext): Promise<SandboxUp> {
  const engine = await obtainEngine(context);
  const view = context.progress();
  const { clusters } = args;
  return sandboxUp({
    instance: args.instance,
    ...(clusters === undefined ? {} : { clusters }),
    engine,
    supervisorCommand: [process.execPath, programFile(), "sandbox", "node"],
    rancher: args.rancher,
    rancherCommand: [process.execPath, programFile(), "sandbox", "rancher"],
    frontDoor: args.frontDoor,
    obtainFrontDoor: async () => {
      const { env, signal } = context;
      return ensureFrontDoorParts({ env, signal, onProgress: view.onProgress });
    },
    istioCni: args.istioCni,
    obtainIstioCni: async () => {
      const { env, signal } = context;
      return ensureIstioCni({ env, signal, onProgress: view.onProgress });
    },
    merge: args.merge,
    env: context.env,
    signal: context.signal,
    onProgress: view.onProgress,
    timeoutMs: args.timeoutMs,
  }).finally(() => view.stop());
}

/** This program's own file, which a sandbox node runs as its supervisor. */
function programFile(): string {
  const file = process.argv[1];
  if (file === undefined) {
    throw new Error("the program was started without a file");
  }
  return file;
}
