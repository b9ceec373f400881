import { describe, expect, it } from "vitest";
import { listFiles, readText } from "./tracked-files.ts";

/** A command line of kubectl that is meant to be run: a flag or a verb follows, and no context. */
const withoutContext =
  /kubectl (?!--context)(?:-\S+|get|describe|logs|scale|label|annotate|patch|edit|delete|rollout|wait|uncordon|top) [^"`\n]*/g;

/** About a cluster to which only Rancher has the way: there is no context to name. */
const rancherAgent = "kubectl -n cattle-system get pods -l app=cattle-cluster-agent";

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
}

describe("a kubectl line that is printed", () => {
  it("names the context of its cluster, wherever the program writes one", () => {
    const sources = listFiles("src").filter((file) =>
      /^src\/(?:core|engine|kube|pki|providers|cli\/handlers|cli\/views)\/.*\.ts$/.test(file),
    );
    const written = sources.filter((file) => !/\.test\.ts$|\/testing\/|\/fake\/|diagnostics\/codes\//.test(file));
    expect(written.length).toBeGreaterThan(300);
    const lines = written.flatMap((file) =>
      [...withoutComments(readText(file)).matchAll(withoutContext)].map(([line]) => `${file}: ${line}`),
    );
    expect(lines.filter((line) => !line.includes("--context") && !line.endsWith(rancherAgent))).toEqual([]);
  });

  it("names it in every report of the golden causes", () => {
    const reports = listFiles("src/cli/views/human/testdata");
    const lines = reports.flatMap((file) => readText(file).match(/kubectl [a-z-][^\n]*/g) ?? []);
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.filter((line) => !line.startsWith("kubectl --context "))).toEqual([]);
  });
});
