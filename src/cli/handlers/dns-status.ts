import type { ExitCode } from "../../core/diagnostics/exit-codes.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { readDnsStatus } from "../../engine/operations/dns.ts";
import { classOfNames } from "../../engine/operations/exit-class.ts";
import type { MeshContext } from "../terminal/context.ts";
import type { DnsStatusView } from "../views/dns-status.ts";

/** Shows how the published names are. */
export async function showDnsStatus(view: DnsStatusView, context: MeshContext): Promise<ExitCode> {
  const { meshFile } = await context.readMesh();
  const status = await context.operate({}, async (options) => readDnsStatus(meshFile, options));
  view.status(status);
  context.report([...status.warnings, ...status.unreachable]);
  return exitCodes[classOfNames(status)];
}
