import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { renderLimitMs } from "../program-failure.ts";
import { inTemporaryFolder } from "../temporary-folder.ts";

const run = promisify(execFile);

/** An object that Istio does not accept, with Istio's words. */
export interface InvalidObject {
  readonly object: KubeObject;
  readonly words: string;
}

/**
 * What Istio's own validation, by `istioctl validate`, says no to; it needs no
 * cluster, and takes about a third of a second. Objects of other kinds are
 * never refused. Undefined when istioctl ends in a way that names none of
 * them: it is then not known what it thinks.
 */
export async function validateObjects(
  objects: readonly KubeObject[],
  { istioctl, signal }: { readonly istioctl: string; readonly signal: AbortSignal },
): Promise<readonly InvalidObject[] | undefined> {
  // JSON is YAML, and keeps texts like `yes` from being read as something else.
  const text = objects.map((object) => JSON.stringify(object)).join("\n---\n");
  return inTemporaryFolder("istioctl", { "objects.yaml": text }, async (folder) => {
    try {
      await run(istioctl, ["validate", "-f", path.join(folder, "objects.yaml")], {
        signal,
        timeout: renderLimitMs,
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env["PATH"], HOME: folder, KUBECONFIG: "/dev/null" },
      });
      return [];
    } catch (error) {
      signal.throwIfAborted();
      const { stderr = "", stdout = "" } = error as { readonly stderr?: string; readonly stdout?: string };
      const invalid = readRefusals(`${stderr}\n${stdout}`, objects);
      return invalid.length === 0 ? undefined : invalid;
    }
  });
}

/** Each object's words follow its mark, `* VirtualService/sample/web: …`, up to the next object's. */
export function readRefusals(output: string, objects: readonly KubeObject[]): readonly InvalidObject[] {
  const found = objects
    .map((object) => {
      const mark = `* ${object.kind}/${object.metadata.namespace ?? ""}/${object.metadata.name}:`;
      return { object, mark, at: output.indexOf(mark) };
    })
    .filter(({ at }) => at !== -1)
    .toSorted((a, b) => a.at - b.at);
  return found.map(({ object, mark, at }, index) => {
    const words = output.slice(at + mark.length, found[index + 1]?.at ?? output.length);
    return { object, words: words.replaceAll(/\s+/g, " ").trim() };
  });
}
