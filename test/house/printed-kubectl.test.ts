import { describe, expect, it } from "vitest";
import { kubectlLine } from "../../src/core/kubectl-line.ts";
import { listFiles, readText } from "./tracked-files.ts";

/** A command line of kubectl that is meant to be run: a flag or a verb follows, and no context. */
const withoutContext =
  /kubectl (?!--context)(?:-\S+|get|describe|logs|scale|label|annotate|patch|edit|delete|rollout|wait|uncordon|top) [^"`\n]*/g;

/** About a cluster to which only Rancher has the way: there is no context to name. */
const rancherAgent = "kubectl -n cattle-system get pods -l app=cattle-cluster-agent";

/** The files whose texts people read. */
function printingSources(): readonly string[] {
  const sources = listFiles("src").filter((file) =>
    /^src\/(?:core|engine|kube|pki|providers|sandbox|cli\/handlers|cli\/views)\/.*\.ts$/.test(file),
  );
  const written = sources.filter((file) => !/\.test\.ts$|\/testing\/|\/fake\/|diagnostics\/codes\//.test(file));
  expect(written.length).toBeGreaterThan(300);
  return written;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

/** A context that is written into a line as it is: its name may have spaces and quotes, and a shell then reads other words. */
const unquotedContext = /--(?:kube-)?context(?:=| )\$\{(?!quoteCommand\(|contextOf\()[^\n]*/g;

describe("a kubectl line that is printed", () => {
  it("names the context of its cluster, wherever the program writes one", () => {
    const lines = printingSources().flatMap((file) =>
      [...withoutComments(readText(file)).matchAll(withoutContext)].map(([line]) => `${file}: ${line}`),
    );
    expect(lines.filter((line) => !line.includes("--context") && !line.endsWith(rancherAgent))).toEqual([]);
  });

  it("quotes the context, as lines of istioctl and helm do, whatever its name is", () => {
    const lines = printingSources().flatMap((file) =>
      [...withoutComments(readText(file)).matchAll(unquotedContext)].map(([line]) => `${file}: ${line}`),
    );
    expect(lines).toEqual([]);
    expect(kubectlLine("it's mine", "get", "pods")).toBe("kubectl --context 'it'\\''s mine' get pods");
  });

  it("names it in every report of the golden causes", () => {
    const reports = listFiles("src/cli/views/human/testdata");
    const lines = reports.flatMap((file) => readText(file).match(/kubectl [a-z-][^\n]*/g) ?? []);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !line.startsWith("kubectl --context "))).toEqual([]);
  });
});
