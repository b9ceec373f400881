import type { SandboxUp } from "../../sandbox/operations/up.ts";
import { viewSandboxUp } from "./human/sandbox-up.ts";
import type { Printer } from "./printer.ts";

/** What `isthmus sandbox up` prints. */
export interface SandboxUpView {
  readonly up: (up: SandboxUp) => void;
}

/** The view that `-o` names. */
export function sandboxUpView(output: "table" | "json", out: Printer): SandboxUpView {
  const views: Readonly<Record<typeof output, SandboxUpView>> = {
    table: { up: (up) => out.print(viewSandboxUp(up, out.palette)) },
    json: { up: out.printJson },
  };
  return views[output];
}
