import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import type { KubeObject } from "../../src/core/model/kube-object.ts";
import { describeId, idOf } from "../../src/core/model/kube-object.ts";
import { renderMesh } from "../../src/core/render/render-mesh.ts";
import { waves } from "../../src/core/render/waves.ts";
import { parseMesh } from "../../src/core/mesh-file/parse.ts";
import { readText } from "./tracked-files.ts";
import { noMaterials } from "../../src/core/render/materials.ts";

const page = "docs/guides/from-the-runbook.md";
const meshFile = readText("examples/runbook.yaml");
const guide = readText(page);

/** Rows of the tables that name objects: their cells, by the words above them. */
const rows = guide
  .split(/\n{2,}/)
  .filter((block) => /^\|[^\n]*\| objects /.test(block))
  .flatMap((block) => {
    const [head = [], , ...body] = block.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    return body.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ""])));
  });

function quoted(text: string | undefined): readonly string[] {
  return [...(text ?? "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
}

/** `Kind namespace/name in wave` of every object that the guide's tables name. */
const steps = rows.flatMap((row) =>
  quoted(row["objects"])
    .filter((word) => /^[A-Z]\w+ [\w./-]+$/.test(word))
    .map((word) => `${word} in ${row["wave"]}`),
);

function rendered(): readonly string[] {
  const { mesh } = parseMesh(meshFile, "runbook.yaml");
  if (mesh === undefined) {
    throw new Error("examples/runbook.yaml is not valid");
  }
  const manifests = parseAllDocuments(readText("examples/helloworld.yaml")).map((one) => one.toJS() as KubeObject);
  const { rancherLocal, clusters } = renderMesh(mesh, {
    ...noMaterials,
    serviceManifests: { "sample/helloworld": manifests },
  });
  const all = [...rancherLocal, ...clusters.flatMap((one) => one.objects)];
  return [...new Set(all.map(({ object, wave }) => `${describeId(idOf(object))} in ${wave}`))];
}

describe("the guide from the runbook", () => {
  it("names every object of the runbook's system once, in its wave, and no other", () => {
    expect(steps.toSorted()).toEqual(rendered().toSorted());
  });

  it("names waves that there are", () => {
    const named = rows.map((row) => row["wave"] ?? "").filter((wave) => wave !== "");
    expect(named.filter((wave) => !waves.some((one) => one === wave))).toEqual([]);
  });

  it("names fields that the runbook's mesh file has", () => {
    const fields = rows.flatMap((row) => quoted(row["mesh file"]));
    expect(fields.length).toBeGreaterThan(0);
    expect(fields.filter((field) => !isSet(parse(meshFile) as unknown, field.split(".")))).toEqual([]);
  });

  it("has a heading for every fault of the runbook, in their order", () => {
    const headings = [...guide.matchAll(/^### (S\d+):/gm)].map(([, fault]) => fault);
    expect(headings).toEqual(Array.from({ length: 14 }, (_, index) => `S${index + 1}`));
  });
});

/** True when the path leads somewhere, through some item of each list on its way. */
function isSet(value: unknown, [field, ...rest]: readonly string[]): boolean {
  if (Array.isArray(value)) {
    return value.some((item) => isSet(item, field === undefined ? [] : [field, ...rest]));
  }
  if (field === undefined) {
    return value !== undefined;
  }
  return typeof value === "object" && value !== null && field in value
    ? isSet((value as Readonly<Record<string, unknown>>)[field], rest)
    : false;
}
