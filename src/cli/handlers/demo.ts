import { copyFile, writeFile, readFile } from "node:fs/promises";
import path from "node:path";
import { makeFolder } from "../../files/make-folder.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { readStatus } from "../../engine/operations/status.ts";
import { applyMesh } from "./apply.ts";
import type { CliContext, MeshContext } from "../terminal/context.ts";
import { shiftWeights } from "./shift.ts";
import { runVerification } from "./verify.ts";
import { applyView } from "../views/apply.ts";
import { viewDemoEnd } from "../views/human/demo.ts";
import { viewStatus } from "../views/human/status.ts";
import { shiftView } from "../views/shift.ts";
import { verifyView } from "../views/verify.ts";

export interface DemoArgs {
  /** Folder of the checkout's or package's examples. */
  readonly examples: string;
  /** Folder for the demo's own copy of the mesh file, so that a shift edits no example. */
  readonly folder: string;
  /** Brings the sandbox up. */
  readonly bringUp: () => Promise<ExitCode>;
}

/**
 * The whole story once: sandbox, apply, verify, shift, verify, and what to do
 * next. Can be run again at any time: what is there is used, and the weights
 * begin at 10 to 90 each time.
 */
export async function runDemo(args: DemoArgs, context: CliContext): Promise<ExitCode> {
  const { palette } = context;
  const steps: readonly { readonly title: string; readonly run: () => Promise<ExitCode> }[] = [
    { title: "Two real clusters on this machine", run: args.bringUp },
    { title: "One mesh from one file", run: async () => applyDemo(args, context) },
    { title: "Proof: 10 to 90 at both ingresses", run: async () => verifyDemo(args, context) },
    { title: "Shift to 50 to 50, both clusters in lockstep", run: async () => shiftDemo(args, context) },
    { title: "Proof: 50 to 50 at both ingresses", run: async () => verifyDemo(args, context) },
  ];
  for (const [index, step] of steps.entries()) {
    context.print(`\n${palette.strong(`${index + 1}/${steps.length} ${step.title}`)}`);
    const code = await step.run();
    if (code !== exitCodes.ok) {
      return code;
    }
  }
  const file = meshFileOf(args);
  const { meshFile } = await demoMesh(args, context).readMesh();
  const { clusters } = await readStatus(meshFile, await context.engineOptions());
  context.print(
    `\n${viewStatus({ name: "sandbox", file }, clusters, palette)}\n\n${viewDemoEnd(context.env["ISTHMUS_COMMAND"] ?? "isthmus", file, clusters, palette)}`,
  );
  return exitCodes.ok;
}

function meshFileOf(args: DemoArgs): string {
  return path.join(args.folder, "mesh.yaml");
}

function demoMesh(args: DemoArgs, context: CliContext): MeshContext {
  return context.forMesh({ file: meshFileOf(args), clusters: [] });
}

async function applyDemo(args: DemoArgs, context: CliContext): Promise<ExitCode> {
  await makeFolder(args.folder);
  await copyFile(path.join(args.examples, "helloworld.yaml"), path.join(args.folder, "helloworld.yaml"));
  const file = meshFileOf(args);
  await writeFile(file, await readFile(path.join(args.examples, "sandbox.yaml"), "utf8"));
  context.print(`The mesh file is ${file}.`);
  return applyMesh(
    {
      plan: undefined,
      file,
      clusters: [],
      yes: true,
      prune: false,
      forceConflicts: false,
      continueOnRefusal: false,
      adopt: undefined,
      timeoutMs: 300_000,
    },
    applyView({ output: "text", eventsTo: undefined }, context),
    context,
  );
}

async function verifyDemo(args: DemoArgs, context: CliContext): Promise<ExitCode> {
  const all = { service: undefined, namespace: undefined, route: undefined, ask: {} };
  return runVerification(
    { ...all, requests: 400, allowUnproven: false, noProbePod: true },
    verifyView("table", context),
    demoMesh(args, context),
  );
}

async function shiftDemo(args: DemoArgs, context: CliContext): Promise<ExitCode> {
  return shiftWeights(
    {
      service: "helloworld",
      namespace: undefined,
      route: undefined,
      weights: { v1: 50, v2: 50 },
      step: undefined,
      everyMs: 0,
      forceConflicts: false,
      force: false,
      // The next part of the story is the proof.
      proof: undefined,
      gate: undefined,
      rollback: false,
      partial: false,
      yes: true,
    },
    shiftView({ output: "text", eventsTo: undefined }, context),
    demoMesh(args, context),
  );
}
