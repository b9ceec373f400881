import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { catalogue } from "../../src/core/diagnostics/catalogue.ts";
import type { BesideAnalyze } from "../faults/beside-analyze.ts";

const variable = "ISTHMUS_BESIDE_ANALYZE";

/**
 * Runs all fault tests with `istioctl analyze` asked beside `isthmus check`
 * about every broken mesh, and writes docs/analyze-and-check.md under `root`.
 * Gives the page's path; rejects when a fault test fails.
 */
export async function compareWithAnalyze(root: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "isthmus-analyze-"));
  const file = path.join(folder, "records.jsonl");
  writeFileSync(file, "");
  try {
    await runFaults(root, file);
    const records = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as BesideAnalyze);
    const page = path.join(root, "docs", "analyze-and-check.md");
    writeFileSync(page, writePage(records));
    return page;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runFaults(root: string, file: string): Promise<void> {
  const vitest = path.join(root, "node_modules", ".bin", "vitest");
  const child = spawn(vitest, ["run", "--project=e2e", "test/faults/01"], {
    cwd: root,
    env: { ...process.env, [variable]: file },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise((resolve) => {
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new Error("a fault test failed: the comparison would not be one of the same faults");
  }
}

function writePage(records: readonly BesideAnalyze[]): string {
  const healthy = records.find((one) => one.test.includes("no false alarm"));
  // Its words vary from run to run (an order of clusters), what they are about does not.
  const usual = new Set(healthy?.analyze.map(subjectOf));
  const broken = records.filter((one) => one !== healthy);
  const rows = broken.map((one) => {
    const found = new Set(
      one.analyze
        .map(subjectOf)
        .filter((subject) => !usual.has(subject))
        .map(codeOf),
    );
    const said = [...found, ...one.gaveUp.map((text) => `gives up: ${text}`)].join(", ");
    return `| ${[one.test, one.check.map(describe).join("; "), said === "" ? "nothing" : said].map(escape).join(" | ")} |`;
  });
  const both = broken.filter(
    (one) => one.analyze.some((message) => !usual.has(subjectOf(message))) || one.gaveUp.length > 0,
  );
  return `# Beside istioctl analyze

The same meshes, broken for real by the faults of \`test/faults/table\`, looked at by \`isthmus check\` and by \`istioctl analyze --all-namespaces\`, which was asked in each cluster with the other one among its \`--remote-contexts\`. This page is written by \`npm run bench -- --analyze\`.

Of ${broken.length} broken meshes check names the cause in ${broken.filter((one) => one.check.length > 0).length}, analyze says something about ${both.length} that it does not say about the healthy one too. The two look at different things: analyze reads configuration objects, most of all those of traffic rules, and knows more kinds of mistakes in them than check does. Check compares the clusters with each other and with the mesh file, and asks istiod and the proxies what they made of it. Use both.

On the healthy mesh check says nothing, and analyze ${usual.size === 0 ? "nothing" : [...new Set([...usual].map(codeOf))].join(", ")}; these messages are left out below (IST0170 is about the node ports of the gateways' Services, which every cluster gives out by itself). What the codes of analyze mean is in [Istio's documentation](https://istio.io/latest/docs/reference/config/analysis/).

| broken mesh | isthmus check: causes | istioctl analyze |
| --- | --- | --- |
${rows.join("\n")}
`;
}

/** `IST0101 east: VirtualService sample/helloworld` of a message. */
function subjectOf(message: string): string {
  return message.split(": ", 2).join(": ");
}

/** `IST0101 east` of a message. */
function codeOf(message: string): string {
  return message.slice(0, message.indexOf(":"));
}

/** `ISM414 east` with what the code says. */
function describe(cause: string): string {
  const [code = ""] = cause.split(" ");
  return `${cause}: ${catalogue[code]?.summary ?? ""}`;
}

function escape(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
