import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { classOfVerification } from "../../engine/operations/exit-class.ts";
import { diagnosticsOf, verifyMesh } from "../../engine/operations/verify.ts";
import type { Selection } from "../../engine/operations/verify-target.ts";
import { chooseCaller, chooseTarget } from "../../engine/operations/verify-target.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { VerifyView } from "../views/verify.ts";

export interface VerifyArgs extends Selection {
  readonly requests: number;
  /** True ends with 0 also where something could not be proven. */
  readonly allowUnproven: boolean;
  readonly ask: RequestSettings;
  /** True: the clusters are only read. */
  readonly noProbePod: boolean;
  /** `NAMESPACE/POD`: only what callers inside the mesh reach is proven, from there. */
  readonly from?: string | undefined;
}

/** A probe pod is there within seconds where its image is, and its sidecar within more. */
const probeTimeoutMs = 120_000;

/** Verifies, shows the proof, reports what failed. What `verify` and the demo's proofs are. */
export async function runVerification(args: VerifyArgs, view: VerifyView, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const { requests, ask } = args;
  const only = chooseTarget(meshFile.mesh, args, ask);
  const from =
    args.from === undefined
      ? undefined
      : chooseCaller(meshFile.mesh, { from: args.from, noProbePod: args.noProbePod }, only);
  const verification = await context.operate({ timeoutMs: probeTimeoutMs }, async (options) =>
    verifyMesh(meshFile, {
      ...options,
      requests,
      ask,
      probePod: !args.noProbePod,
      ...(only === undefined ? {} : { only }),
      ...(from === undefined ? {} : { from }),
    }),
  );
  view.verification(verification);
  context.report(diagnosticsOf(verification));
  return exitCodes[classOfVerification(verification, args)];
}
