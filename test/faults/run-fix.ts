import { execFile } from "node:child_process";
import { expect } from "vitest";
import { enginesPrograms, isthmus, sandboxKubeconfig } from "../e2e/world.ts";

/** The commands that ask before they change anything. */
const asking = /^isthmus (?:apply|dns sync|drain|certs renew)\b/;

/**
 * Runs the commands of a printed fix one after the other, as they are printed:
 * kubectl is the engine's, `isthmus` the checkout's, and what it asks is
 * answered. Expects that there are some and that each does what it says.
 */
export async function runFix(cause: { readonly commands?: readonly string[] } | undefined): Promise<void> {
  expect(cause?.commands ?? []).not.toEqual([]);
  for (const command of cause?.commands ?? []) {
    const words = asking.test(command) ? `${command} --yes` : command;
    const ran = command.startsWith("isthmus ")
      ? await isthmus(splitWords(words).slice(1))
      : await shell(words, {
          PATH: `${enginesPrograms()}:${process.env["PATH"] ?? ""}`,
          KUBECONFIG: sandboxKubeconfig(),
        });
    // What an apply waits for may speak of errors that are over soon.
    expect(ran.err).not.toMatch(/^error\b|error\[/im);
    expect(ran.code, `${command}\n${ran.out}\n${ran.err}`).toBe(0);
  }
}

/** The words of a printed command: quotes stand around whole words. */
function splitWords(command: string): readonly string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

async function shell(
  command: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile("sh", ["-c", command], { env: { ...process.env, ...env }, timeout: 120_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : 1, out, err }),
    );
  });
}
