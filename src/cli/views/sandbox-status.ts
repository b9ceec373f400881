import type { SandboxStatus } from "../../sandbox/operations/status.ts";
import { viewSandboxStatus } from "./human/sandbox-status.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus sandbox status` prints. */
export interface SandboxStatusView {
  readonly status: (status: SandboxStatus) => void;
}

/** The view that `-o` names. */
export function sandboxStatusView(output: "table" | "json", out: Printer): SandboxStatusView {
  const views: Readonly<Record<typeof output, SandboxStatusView>> = {
    table: { status: (status) => out.print(viewSandboxStatus(status, out.palette)) },
    json: { status: out.printJson },
  };
  return views[output];
}
