import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseMesh } from "../mesh-file/parse.ts";
import { label, line } from "../mesh-file/schema/scalars.ts";
import { findUnsupported } from "../mesh-file/unsupported.ts";
import type { InitMesh } from "./init-mesh.ts";
import { remarkUnsupported } from "./istio-support.ts";
import { uniqueLabels } from "./unique-labels.ts";
import { writeMesh } from "./write-mesh.ts";
import { yamlText } from "./yaml-text.ts";

/** A mesh whose clusters have these contexts. */
function fromContexts(contexts: readonly string[]): InitMesh {
  const names = uniqueLabels(contexts);
  return {
    name: "mesh",
    clusters: contexts.map((context, index) => ({
      name: names[index] ?? "",
      access: { kind: "context", context },
      remarks: [],
    })),
    istioRemarks: [],
  };
}

const throughRancher: InitMesh = {
  name: "prod",
  clusters: [
    { name: "west", access: { kind: "rancher", rancherId: "c-abcde" }, remarks: ["It is away: \u001b[31m#x\n: y"] },
    { name: "east", access: { kind: "rancher", rancherId: "c-m-abcdefgh" }, remarks: [] },
  ],
  rancher: { url: "https://rancher.example.org:8443/behind", token: { file: "~/token file" }, caFile: "a: b.pem" },
  credentials: { kind: "rancherToken", remarks: ["Why: because."] },
  istioRemarks: ["One.", "Two."],
};

/** Blocks of lines that are switched off, as [first, last] line. */
function blocksOf(text: string): readonly (readonly [number, number])[] {
  const off = text.split("\n").map((one) => /^\s*#\S/.test(one));
  const starts = off.flatMap((is, index) => (is && off[index - 1] !== true ? [index] : []));
  return starts.map((start) => {
    const next = off.indexOf(false, start);
    return [start, (next === -1 ? off.length : next) - 1];
  });
}

function switchOn(text: string, blocks: readonly (readonly [number, number])[]): string {
  return text
    .split("\n")
    .map((one, index) => (blocks.some(([from, to]) => index >= from && index <= to) ? one.replace("#", "") : one))
    .join("\n");
}

const meshes = {
  "from contexts": fromContexts(["west", "east"]),
  "of one cluster": fromContexts(["kind-kind"]),
  "from Rancher": throughRancher,
  "of clusters that have Istio": {
    ...fromContexts(["west", "east"]),
    clusters: fromContexts(["west", "east"]).clusters.map((one) => ({ ...one, network: `${one.name}-net` })),
    install: "existing" as const,
  },
  "from a Rancher with a public certificate": {
    ...throughRancher,
    rancher: { url: "https://rancher.example.org", token: { env: "RANCHER_TOKEN" } },
  },
};

describe.each(Object.entries(meshes))("a new mesh file %s", (_, mesh) => {
  const text = writeMesh(mesh);
  const blocks = blocksOf(text);

  it("is valid and says what was given", () => {
    const parsed = parseMesh(text, "mesh.yaml");
    expect(parsed.diagnostics).toEqual([]);
    expect(parsed.mesh?.name).toBe(mesh.name);
    expect(parsed.mesh?.clusters.map((one) => one.access)).toEqual(mesh.clusters.map((one) => one.access));
    expect(parsed.mesh?.rancher).toEqual(mesh.rancher);
  });

  it("stays valid with each block switched on, and with all of them", () => {
    expect(blocks.length).toBeGreaterThan("install" in mesh ? 4 : 8);
    for (const block of blocks) {
      const changed = switchOn(text, [block]);
      expect(parseMesh(changed, "mesh.yaml").diagnostics).toEqual([]);
      expect(parseMesh(changed, "mesh.yaml").mesh).not.toEqual(parseMesh(text, "mesh.yaml").mesh);
    }
    expect(parseMesh(switchOn(text, blocks), "mesh.yaml").diagnostics).toEqual([]);
  });

  it("says above every section and every block what it is for", () => {
    const lines = text.split("\n");
    const sections = lines.flatMap((one, index) => (/^ {2}\w+:$/.test(one) ? [index] : []));
    for (const index of [...sections, ...blocks.map(([from]) => from)]) {
      expect(lines[index - 1]).toMatch(/^\s*# [A-Za-z]/);
    }
  });

  it("fits on a screen", () => {
    expect(Math.max(...text.split("\n").map((one) => one.length))).toBeLessThanOrEqual(125);
  });
});

it("a new mesh file from contexts asks for nothing that this version cannot do", () => {
  const { mesh } = parseMesh(writeMesh(meshes["from contexts"]), "mesh.yaml");
  expect(mesh === undefined ? undefined : findUnsupported(mesh)).toEqual([]);
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.stringMatching(/^[a-zA-Z0-9_.@:/-]{1,90}$/),
  fc.constantFrom(
    "yes",
    "null",
    "1e3",
    "0x1f",
    "12",
    "true",
    "~",
    "a: b",
    "- x",
    "#",
    "[",
    "{{ x }}",
    "&a",
    "*a",
    "!t",
  ),
);

describe("names of all kinds", () => {
  it("become different DNS labels, and labels stay what they are", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 20 }), (names) => {
        const labels = uniqueLabels(names);
        expect(labels).toHaveLength(names.length);
        expect(new Set(labels).size).toBe(labels.length);
        expect(labels.filter((one) => !label.test(one))).toEqual([]);
        for (const [index, name] of names.entries()) {
          if (label.test(name) && names.indexOf(name) === index) {
            expect(labels[index]).toBe(name);
          }
        }
      }),
    );
  });

  it.each([
    [["admin@prod.example.com"], ["admin-prod-example-com"]],
    [
      ["West", "west"],
      ["west-2", "west"],
    ],
    [
      ["West", "WEST"],
      ["west", "west-2"],
    ],
    [
      ["Köln", "Москва", ""],
      ["koln", "cluster", "cluster-2"],
    ],
    [
      ["a".repeat(70), "a".repeat(80)],
      ["a".repeat(63), `${"a".repeat(61)}-2`],
    ],
  ])("%j become %j", (names, labels) => {
    expect(uniqueLabels(names)).toEqual(labels);
  });

  it("give a valid file that holds exactly these contexts", () => {
    const contexts = fc.uniqueArray(
      anyText.filter((one) => line.test(one) && !/\p{Cs}/u.test(one)),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(contexts, (all) => {
        const { mesh, diagnostics } = parseMesh(writeMesh(fromContexts(all)), "mesh.yaml");
        expect(diagnostics).toEqual([]);
        expect(mesh?.clusters.map((one) => one.access)).toEqual(all.map((context) => ({ kind: "context", context })));
      }),
    );
  });
});

it.each([
  ["west", "west"],
  ["https://rancher.example.org/", "https://rancher.example.org/"],
  ["12", '"12"'],
  ["no", '"no"'],
  ["a: b", '"a: b"'],
  ["é", '"\\u00e9"'],
])("%s is written as %s", (text, written) => {
  expect(yamlText(text)).toBe(written);
});

describe("Kubernetes versions that an Istio is not for", () => {
  it.each([
    { versions: ["v1.33.1+rke2r1", "v1.36.0"], says: [] },
    { versions: [undefined, "what?"], says: [] },
    {
      versions: ["v1.30.4", "v1.33.0"],
      says: [
        "c0 runs Kubernetes 1.30; Istio 1.31 is for 1.32 to 1.36.",
        "The newest Istio for all these clusters is 1.28: write its newest patch release here.",
      ],
    },
    {
      versions: ["v1.20.15", "v1.36.0"],
      says: [
        "c0 runs Kubernetes 1.20; Istio 1.31 is for 1.32 to 1.36.",
        "No Istio is for the Kubernetes versions of all these clusters: upgrade the oldest of them first.",
      ],
    },
  ])("are told: $versions", ({ versions, says }) => {
    const clusters = versions.map((kubernetesVersion, index) => ({ name: `c${index}`, kubernetesVersion }));
    expect(remarkUnsupported("1.31.0", clusters)).toEqual(says);
  });
});
