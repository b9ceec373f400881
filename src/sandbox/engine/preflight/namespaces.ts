import type { Diagnostic } from "../../../core/diagnostics/diagnostic.ts";
import { engineDiagnostic } from "../engine-diagnostic.ts";
import type { Trial } from "./try-command.ts";
import { tryCommand } from "./try-command.ts";

/** Whether namespaces of every kind that a node has can be made (ISM704). */
export async function checkNamespaces(trial: Trial): Promise<readonly Diagnostic[]> {
  const kinds = ["--net", "--mount", "--uts", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const said = await tryCommand("unshare", [...kinds, "--", "true"], trial);
  return said === undefined
    ? []
    : [
        engineDiagnostic(
          "ISM704",
          `Network, mount and process namespaces were tried, and the kernel refused: ${said}.`,
          "Run on the machine itself or in a virtual machine; in a container it must be a privileged one (docker run --privileged).",
        ),
      ];
}
