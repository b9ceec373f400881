import type { ExitCode } from "../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../core/diagnostics/exit-codes.ts";
import { readMeshFile } from "../engine/mesh-file.ts";
import type { VerifyOptions } from "../engine/operations/verify.ts";
import { verifyMesh } from "../engine/operations/verify.ts";
import type { CliContext } from "./context.ts";
import { engineOptions } from "./engine-options.ts";
import { isProgress } from "./is-progress.ts";
import { viewVerification } from "./views/human/verify.ts";
import { verificationDocument } from "./views/json/verify.ts";
import { verificationJunit } from "./views/junit/verify.ts";

export interface VerifyArgs {
  readonly file: string;
  readonly requests: number;
  readonly output: "table" | "json" | "junit";
  readonly only?: VerifyOptions["only"];
}

/** Verifies, prints the proof, reports what failed. What `verify`, the end of `shift` and the demo do. */
export async function runVerification(args: VerifyArgs, context: CliContext): Promise<ExitCode> {
  const meshFile = await readMeshFile(args.file, context.cwd);
  const view = context.progress();
  const options = await engineOptions(context, {
    onEvent: (event) => {
      if (isProgress(event)) {
        view.onProgress(event);
      }
    },
  });
  const verification = await verifyMesh(meshFile, {
    ...options,
    requests: args.requests,
    ...(args.only === undefined ? {} : { only: args.only }),
  }).finally(() => view.stop());
  if (args.output === "json") {
    context.printJson(verificationDocument(verification));
  } else {
    context.print(
      args.output === "junit" ? verificationJunit(verification) : viewVerification(verification, context.palette),
    );
  }
  context.report([
    ...verification.proofs.flatMap((proof) => proof.diagnostics),
    ...verification.unreachable.map((one) => one.diagnostic),
  ]);
  return verification.ok ? exitCodes.ok : exitCodes.findings;
}
