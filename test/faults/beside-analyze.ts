import { execFile } from "node:child_process";
import { appendFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { contextOf, enginesPrograms, sandboxKubeconfig } from "../e2e/world.ts";

/** What both programs say of the mesh of one test, as it is broken at that moment. */
export interface BesideAnalyze {
  /** The fault, or the test's name. */
  readonly test: string;
  /** `ISM414 east` of every cause, the first one first; empty for a healthy mesh. */
  readonly check: readonly string[];
  /** `IST0101 east: what it says` of every message. */
  readonly analyze: readonly string[];
  /** What istioctl says when it gives up, by cluster. */
  readonly gaveUp: readonly string[];
}

/** Names the file to which every fault test appends what `istioctl analyze` says beside it; `npm run bench -- --analyze` sets it. */
export const recordVariable = "ISTHMUS_BESIDE_ANALYZE";

/**
 * Asks `istioctl analyze` of each cluster, with the other as remote context,
 * about all namespaces, and appends one BesideAnalyze as a line of JSON.
 * Does nothing unless it is asked to, since it takes seconds per fault.
 */
export async function recordBesideAnalyze(
  causes: readonly { readonly code: string; readonly cluster?: string }[],
): Promise<void> {
  const file = process.env[recordVariable];
  if (file === undefined) {
    return;
  }
  const kubeconfig = sandboxKubeconfig();
  const istioctl = path.join(enginesPrograms(), "istioctl");
  const analyze = new Set<string>();
  const gaveUp: string[] = [];
  for (const [cluster, other] of [
    ["west", "east"],
    ["east", "west"],
  ] as const) {
    const target = ["--kubeconfig", kubeconfig, "--context", contextOf(cluster), "--remote-contexts", contextOf(other)];
    const { out, err } = await run(istioctl, ["analyze", "-A", "-o", "json", "--timeout", "30s", ...target]);
    const messages = readMessages(out);
    if (messages === undefined) {
      gaveUp.push(`${cluster}: ${err.trim().split("\n").at(-1) ?? ""}`);
    }
    for (const { code, message, origin } of messages ?? []) {
      analyze.add(`${code} ${cluster}: ${[...(origin === undefined ? [] : [origin]), message].join(": ")}`);
    }
  }
  const record: BesideAnalyze = {
    test: (expect.getState().currentTestName ?? "").replace(/^names the cause: /, ""),
    check: causes.map((one) => `${one.code} ${one.cluster ?? ""}`.trim()),
    analyze: [...analyze].toSorted(),
    gaveUp,
  };
  appendFileSync(file, `${JSON.stringify(record)}\n`);
}

interface Message {
  readonly code: string;
  readonly message: string;
  /** `Service sample/helloworld`, where the message is about an object. */
  readonly origin?: string;
}

function readMessages(out: string): readonly Message[] | undefined {
  try {
    return (JSON.parse(out) ?? []) as readonly Message[];
  } catch {
    return undefined;
  }
}

async function run(program: string, args: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    // Its exit code says whether there are errors among the messages, and is no failure here.
    execFile(program, [...args], { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 }, (_error, out, err) =>
      resolve({ out, err }),
    );
  });
}
