import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Progress } from "../../core/progress.ts";
import type { HelmRelease } from "../../core/render/helm-releases.ts";
import { downloadCharts } from "./download-charts.ts";
import { findCharts } from "./find-charts.ts";
import { findHelm } from "./find-helm.ts";
import { digestChart, templateChart } from "./template-chart.ts";

const { signal } = new AbortController();

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), "isthmus-helm-test-"));
});

afterEach(async () => {
  await rm(dir, { recursive: true });
});

/** A program in helm's place; what it is called with is kept in `calls`. */
async function program(name: string, script: string): Promise<string> {
  const file = path.join(dir, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `#!/bin/sh\necho "$*" >> '${path.join(dir, "calls")}'\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

async function calls(): Promise<readonly string[]> {
  const text = await readFile(path.join(dir, "calls"), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

async function chart(folder: string, version: string): Promise<string> {
  const target = path.join(dir, folder);
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, "Chart.yaml"), `name: x\nversion: ${version}\nappVersion: ${version}\n`);
  return target;
}

describe("the helm that is used", () => {
  const find = async (env: Record<string, string>, candidates: string[] = []): Promise<string> =>
    findHelm({ env: { PATH: "/usr/bin:/bin", ...env }, candidates, signal });

  it.each(["v3.16.0", "v3.19.2+g1234567", "v4.2.0"])("may be %s", async (version) => {
    const helm = await program("helm", `printf ${version}`);
    expect(await find({ ISTHMUS_HELM: helm })).toBe(helm);
  });

  it("is the named one before the sandbox's before the one in PATH", async () => {
    const named = await program("named", "printf v4.0.0");
    const candidate = await program("candidate", "printf v4.0.0");
    const inPath = await program("bin/helm", "printf v4.0.0");
    const PATH = `${path.join(dir, "bin")}:/usr/bin:/bin`;
    expect(await find({ PATH, ISTHMUS_HELM: named }, [candidate])).toBe(named);
    expect(await find({ PATH }, [candidate])).toBe(candidate);
    expect(await find({ PATH })).toBe(inPath);
  });

  it("is not an old one, a broken one or something else, and the error says what was found", async () => {
    const old = await program("old", "printf v3.15.4");
    const broken = await program("broken", "echo no such library >&2; exit 127");
    const other = await program("other", "printf hello");
    const error = await find({ ISTHMUS_HELM: old }, [broken, other, path.join(dir, "absent")]).catch(String);
    expect(error).toContain("ISM208");
    expect(error).toContain(`${old} is v3.15.4`);
    expect(error).toContain(`${broken} does not run (no such library)`);
    expect(error).toContain(`${other} is hello`);
    expect(error).not.toContain("absent");
  });
});

describe("Istio's charts", () => {
  const names = ["base", "istiod", "gateway", "cni"];
  const add = async (folder: string, version: string, charts: readonly string[] = names): Promise<string> => {
    for (const name of charts) {
      await chart(path.join(folder, name), version);
    }
    return path.join(dir, folder);
  };
  const find = async (env: Record<string, string>, candidates: string[], download = async () => add("new", "1.31.0")) =>
    findCharts({ version: "1.31.0", env, candidates, download });

  it("come from the first folder of the right version", async () => {
    const [old, right] = [await add("a", "1.30.0"), await add("b", "1.31.0")];
    expect(await find({}, [path.join(dir, "absent"), old, right])).toEqual({
      base: path.join(right, "base"),
      istiod: path.join(right, "istiod"),
      gateway: path.join(right, "gateway"),
      cni: path.join(right, "cni"),
    });
  });

  it("are found as an archive of a release has them", async () => {
    const folder = await add("archive", "1.31.0", ["base", "istio-control/istio-discovery", "gateway", "istio-cni"]);
    expect(await find({ ISTHMUS_ISTIO_CHARTS: folder }, [])).toMatchObject({
      istiod: path.join(folder, "istio-control/istio-discovery"),
      cni: path.join(folder, "istio-cni"),
    });
  });

  it("are downloaded when no folder has them", async () => {
    expect(await find({}, [await add("a", "1.30.0")])).toMatchObject({ base: path.join(dir, "new/base") });
  });

  it("are not looked for elsewhere when the named folder has others", async () => {
    const folder = await add("a", "1.30.0", ["base", "gateway"]);
    const right = await add("b", "1.31.0");
    const error = await find({ ISTHMUS_ISTIO_CHARTS: folder }, [right]).catch(String);
    expect(error).toContain("ISM209");
    expect(error).toContain(
      `In ${folder} base is 1.30.0, there is no istiod or istio-control/istio-discovery, gateway is 1.30.0, there is no cni or istio-cni`,
    );
  });
});

describe("charts from a repository", () => {
  const download = async (script: string, onProgress: (event: Progress) => void = () => {}): Promise<string> => {
    const helm = await program("helm", script);
    return await downloadCharts({
      helm: async () => helm,
      version: "1.31.0",
      repository: "http://charts.example",
      cacheDir: path.join(dir, "cache"),
      env: { PATH: "/usr/bin:/bin" },
      signal,
      onProgress,
    });
  };

  it("are fetched once and kept", async () => {
    const tell: string[] = [];
    const script = 'mkdir -p "$9/$2" && echo x > "$9/$2/Chart.yaml"';
    const folder = await download(script, (event) => tell.push(event.kind));
    expect(folder).toBe(path.join(dir, "cache/charts/1.31.0"));
    expect((await readdir(folder)).sort()).toEqual(["base", "cni", "gateway", "istiod"]);
    expect(await download("exit 1")).toBe(folder);
    expect(await calls()).toHaveLength(4);
    expect((await calls())[0]).toMatch(
      /^pull base --repo http:\/\/charts\.example --version 1\.31\.0 --untar --untardir /,
    );
    expect(tell).toEqual(["task.started", "task.note", "task.note", "task.note", "task.note", "task.done"]);
  });

  it("that cannot be fetched leave nothing behind, and the error has helm's words", async () => {
    const tell: string[] = [];
    const error = await download('mkdir -p "$9/$2"; [ "$2" = base ] || { echo no route >&2; exit 1; }', (event) =>
      tell.push(event.kind),
    ).catch(String);
    expect(error).toContain("ISM210");
    expect(error).toContain("charts of Istio 1.31.0 from http://charts.example: no route");
    expect(await readdir(path.join(dir, "cache/charts"))).toEqual([]);
    expect(tell.at(-1)).toBe("task.failed");
  });
});

describe("a rendered chart", () => {
  const release: HelmRelease = {
    chart: "istiod",
    name: "istiod",
    namespace: "istio-system",
    values: { global: { network: "west-net" }, pilot: { env: { TOKEN: "private value" } } },
  };
  const template = async (helm: string, one: HelmRelease = release): Promise<readonly unknown[]> => {
    const folder = path.join(dir, "istiod");
    return await templateChart(one, {
      helm: async () => helm,
      chart: { folder, digest: await digestChart(folder) },
      cacheDir: path.join(dir, "cache"),
      cluster: "west",
      env: { PATH: "/usr/bin:/bin", HELM_NAMESPACE: "other" },
      signal,
    });
  };
  // Gives an object that holds the values file, its mode and helm's environment.
  const echo = `
while [ "$1" != --values ]; do shift; done
printf 'apiVersion: v1\\nkind: A\\nmetadata: { name: a }\\nmode: "%s"\\nhome: %s\\nns: "%s"\\nvalues:\\n' "$(stat -c %a "$2")" "$HOME" "$HELM_NAMESPACE"
sed 's/^/  /' "$2"
printf -- '---\\n# nothing\\n---\\napiVersion: v1\\nkind: B\\nmetadata: { name: b }\\n'`;

  beforeEach(async () => {
    await chart("istiod", "1.31.0");
  });

  it("gives its objects, from values that are in a private file and nowhere among the arguments", async () => {
    const objects = await template(await program("helm", echo));
    expect(objects).toMatchObject([{ kind: "A", mode: "600", ns: "", values: release.values }, { kind: "B" }]);
    expect((await calls()).join("\n")).toMatch(/^template istiod \S+ --namespace istio-system --values \S+ /);
    expect((await calls()).join("\n")).not.toContain("private value");
    await expect(stat((objects[0] as { home: string }).home)).rejects.toThrow("ENOENT");
  });

  it("is rendered once for the same chart and values, and kept for the user only", async () => {
    const helm = await program("helm", echo);
    const first = await template(helm);
    expect(await template(helm)).toEqual(first);
    expect(await calls()).toHaveLength(1);
    const manifests = path.join(dir, "cache/manifests");
    const [kept] = await readdir(manifests);
    expect((await stat(path.join(manifests, kept ?? ""))).mode & 0o777).toBe(0o600);
  });

  it("may be asked for many times at once", async () => {
    const helm = await program("helm", echo);
    const all = await Promise.all(Array.from({ length: 8 }, async () => template(helm)));
    expect(all.every((objects) => objects.length === 2)).toBe(true);
    expect(await readdir(path.join(dir, "cache/manifests"))).toHaveLength(1);
  });

  it("is rendered again when the values, the release or a file of the chart is another", async () => {
    const helm = await program("helm", echo);
    await template(helm);
    await template(helm, { ...release, values: {} });
    await template(helm, { ...release, name: "other" });
    await writeFile(path.join(dir, "istiod/values.yaml"), "x: 1\n");
    await template(helm);
    expect(await calls()).toHaveLength(4);
  });

  it.each([
    ['{"$ref": "#/$defs/values", "additionalProperties": false}', true],
    ['{"$ref": "#/$defs/values"}', false],
  ])("with the schema %s is rendered without it: %s", async (schema, skipped) => {
    await writeFile(path.join(dir, "istiod/values.schema.json"), schema);
    await template(await program("helm", echo));
    expect((await calls())[0]?.includes("--skip-schema-validation")).toBe(skipped);
  });

  it("that the chart refuses is told in helm's words and not kept", async () => {
    const refusing = await program("helm", "echo unknown profile nonsense >&2; exit 1");
    const error = await template(refusing).catch(String);
    expect(error).toContain("ISM211");
    expect(error).toContain("the chart istiod as istiod for west: unknown profile nonsense");
    await expect(template(refusing)).rejects.toThrow("ISM211");
    expect(await calls()).toHaveLength(2);
  });
});
