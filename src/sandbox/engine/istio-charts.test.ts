import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addIstioCharts } from "./istio-charts.ts";

const folders = ["base", "istio-control/istio-discovery", "gateway", "istio-cni"];
const values = "_internal_defaults_do_not_set:\n  global:\n    hub: registry.example/testing\n    tag: latest\n";

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-charts-"));
  for (const folder of folders) {
    const chart = path.join(dir, "istio/manifests/charts", folder);
    await mkdir(chart, { recursive: true });
    await writeFile(path.join(chart, "Chart.yaml"), "name: x\nversion: 1.0.0\nappVersion: 1.0.0\n");
    await writeFile(path.join(chart, "values.yaml"), values);
    await chmod(path.join(chart, "values.yaml"), 0o444);
  }
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

async function add(): Promise<string> {
  await addIstioCharts(path.join(dir, "istio"), { dir: path.join(dir, "engine"), pins: { istio: "1.31.0" } });
  return path.join(dir, "engine/charts");
}

describe("Istio's charts in an engine", () => {
  it("carry the release's version, registry and tag", async () => {
    const charts = await add();
    expect(await readFile(path.join(charts, "gateway/Chart.yaml"), "utf8")).toBe(
      "name: x\nversion: 1.31.0\nappVersion: 1.31.0\n",
    );
    expect(await readFile(path.join(charts, "istiod/values.yaml"), "utf8")).toContain(
      "    hub: docker.io/istio\n    tag: 1.31.0\n",
    );
  });

  it("can be written and removed, though their sources are read-only", async () => {
    const charts = await add();
    expect((await stat(path.join(charts, "base/values.yaml"))).mode & 0o777).toBe(0o644);
  });

  it("are refused when the sources have no place for the version", async () => {
    await writeFile(path.join(dir, "istio/manifests/charts/gateway/Chart.yaml"), "name: x\nversion: 9.9.9\n");
    await expect(add()).rejects.toThrow("gateway/Chart.yaml has nothing that matches");
  });
});
