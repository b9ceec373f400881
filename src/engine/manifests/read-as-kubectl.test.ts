import { runsOfToday } from "../../../test/part-of-today.ts";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { readManifest } from "../../core/manifests/read-manifest.ts";
import { readJson } from "../../core/model/exact-json.ts";
import { writeYaml } from "../../core/model/object-yaml.ts";
import { installedKubectl } from "../../providers/kustomize/testing/installed-kubectl.ts";

/**
 * The same texts read by the real kubectl. `label --local` reads files as
 * `create` and `apply` do, and prints what it has read without asking an API
 * server for kinds; removing a label that is not there changes nothing.
 */
const kubectl = [...installedKubectl(), ...(process.env["PATH"] ?? "").split(":").map((dir) => `${dir}/kubectl`)].find(
  (file) => existsSync(file),
);

/** The same texts in every run; with another seed, and more runs, it looks for what nobody has met yet. */
const seed = Number(process.env["ISTHMUS_TEST_SEED"] ?? 20);

interface Read {
  readonly metadata: { readonly name: string };
}

/** What kubectl makes of each text, by number: objects have names that begin with `n<number>-`. */
async function readByKubectl(
  texts: readonly string[],
): Promise<{ readonly objects: ReadonlyMap<number, readonly Read[]>; readonly refused: ReadonlySet<number> }> {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-kubectl-"));
  try {
    await Promise.all(texts.map((text, index) => writeFile(path.join(folder, `${index}.yaml`), text)));
    const args = ["label", "--local", "-f", folder, "-o", "json", "not-there-"];
    let out = "";
    let refused: readonly string[] = [];
    try {
      out = execFileSync(kubectl ?? "", args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" });
    } catch (error) {
      // Files that it refuses are told at the end; what it has read of the others is printed.
      const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
      out = stdout;
      refused = [...stderr.matchAll(/\/(\d+)\.yaml/g)].map(([, number]) => number ?? "");
    }
    const objects = out.split(/(?<=^\})\n(?=\{)/m).flatMap((one) => (one.trim() === "" ? [] : [readJson(one) as Read]));
    const byNumber = new Map<number, Read[]>();
    for (const one of objects) {
      const number = Number(/^n(\d+)-/.exec(one.metadata.name)?.[1]);
      byNumber.set(number, [...(byNumber.get(number) ?? []), one]);
    }
    return { objects: byNumber, refused: new Set(refused.map(Number)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const plain = fc.oneof(
  fc.constantFrom(
    ..."0400 0755 0o17 0O17 0x1F 0X1f 0b11 -0b11 0B1 1_000 1__0 _1 190:20:30 yes Yes YES no on Off y N true tRUE null Null ~ 2001-01-01".split(
      " ",
    ),
    ..."2001-12-14t21:59:43.10-05:00 1e3 1E5 1.5e3 12e03 .5 +.5 -.5e1 1. 08 09.5 +1 -0 -0.0 -017 0_7 0o 0x 0b 0xg 1_0.5 ._5 1e400".split(
      " ",
    ),
    ..."9007199254740993 -9007199254740993 9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809".split(
      " ",
    ),
    ..."18446744073709551615 18446744073709551616 123456789012345678901234567890 9007199254740993.0 1e21 1e-7 = << a-b a:b a#b x/y @".split(
      " ",
    ),
    ..."1.10 100m 1Gi 5s +x -x .x .inf -.INF .nan 0.0 1,000 1.2.3 0x7fffffffffffffff 0xffffffffffffffff".split(" "),
  ),
  fc.stringMatching(/^[-+]?[0-9_.exob]{1,12}$/),
  fc.stringMatching(/^[-+]?0?[0-9]{1,22}(\.[0-9]{0,3})?([eE][-+]?[0-9]{1,2})?$/),
);

const words = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9 _.:#,'"\\/é-]{0,14}$/);

const double = fc
  .array(
    fc.constantFrom(
      "a",
      " ",
      "\\n",
      "\\t",
      "\\x41",
      "\\u00e9",
      '\\"',
      "\\\\",
      "\\0",
      "é",
      "#",
      ": ",
      "'",
      "\\U0001F600",
    ),
    { maxLength: 6 },
  )
  .map((parts) => `"${parts.join("")}"`);
const single = fc
  .array(fc.constantFrom("a", " ", "''", "\\", '"', "#", ": "), { maxLength: 6 })
  .map((parts) => `'${parts.join("")}'`);
const tagged = fc
  .tuple(
    fc.constantFrom("!!str ", "!!int ", "!!float ", "!!bool ", "!!null ", "!!binary ", "!!timestamp ", "! ", "!own "),
    fc.oneof(plain, fc.constantFrom("aGVsbG8=", '"12"', "'yes'")),
  )
  .map((parts) => parts.join(""));
const scalar = fc.oneof({ arbitrary: plain, weight: 6 }, words, double, single, tagged);

const key = fc.oneof(
  { arbitrary: fc.stringMatching(/^[a-z][a-z-]{2,6}$/), weight: 8 },
  fc.constantFrom("y", "on", "12", "0x10", "1.5", "'yes'", '"a b"', "null", "<<", "9007199254740993"),
);

/** A value in flow style, in one line. */
const flow = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: scalar, weight: 3 },
    fc.array(tie("value"), { maxLength: 3 }).map((items) => `[${items.join(", ")}]`),
    fc
      .uniqueArray(fc.tuple(key, tie("value")), { maxLength: 3, selector: ([name]) => name })
      .map((pairs) => `{${pairs.map(([name, value]) => `${name}: ${value}`).join(", ")}}`),
  ),
})).value;

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, "  ");

const block = fc
  .tuple(
    fc.constantFrom("|", "|-", "|+", ">", ">-", ">+", "|2"),
    fc.array(fc.constantFrom("a", "  b", "", "# c", "--- d", "e: f", "- g"), { minLength: 1, maxLength: 4 }),
  )
  .map(([style, lines]) => `${style}\n${indented(["a", ...lines].join("\n"))}`);

/** Lines of a mapping at the left edge. */
const mapping = fc.letrec<{ map: string }>((tie) => ({
  map: fc
    .uniqueArray(
      fc.tuple(
        key,
        fc.oneof(
          { maxDepth: 2 },
          { arbitrary: flow.map((value) => ` ${value}`), weight: 4 },
          block.map((value) => ` ${value}`),
          tie("map").map((map) => `\n${indented(map)}`),
          fc
            .array(flow, { minLength: 1, maxLength: 3 })
            .map((items) => `\n${items.map((item) => `- ${item}`).join("\n")}`),
          flow.map((value) => ` ${value} # comment`),
        ),
      ),
      { minLength: 1, maxLength: 4, selector: ([name]) => name },
    )
    .map((pairs) => pairs.map(([name, value]) => `${name}:${value}`).join("\n")),
})).map;

const anchors = fc.constantFrom(
  "",
  "base: &base { one: 1, two: 0400 }\nalias: *base\n",
  "base: &base { one: 1, two: 2 }\nmerged: { <<: *base, two: 3 }\n",
  "base: &base { one: 1 }\nother: &other { one: 2, two: 3 }\nmerged:\n  <<: [*base, *other]\n  x: y\n",
  "base: &base { one: 1, two: 2 }\nmerged: { two: 3, <<: *base }\n",
);

const separator = fc.constantFrom(
  "---\n",
  "--- # comment\n",
  "---  \n",
  "...\n---\n",
  "---\n# only a comment\n---\n",
  "...\n",
);

/** A manifest of one to three ConfigMaps, whose names begin with PREFIX. */
const manifest = fc
  .tuple(
    fc.array(fc.tuple(mapping, anchors, separator), { minLength: 1, maxLength: 3 }),
    fc.constantFrom("\n", "\r\n"),
    fc.constantFrom("", "\ufeff", "---\n", "# comment\n---\n"),
    fc.boolean(),
  )
  .map(([documents, newline, head, asList]) => {
    const object = (data: string, more: string, index: number): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: PREFIX${index} }\n${more}data:\n${indented(data)}\n`;
    const text = asList
      ? `apiVersion: v1\nkind: List\nitems:\n${documents.map(([data], index) => indented(object(data, "", index)).replace(/^ {2}/, "- ")).join("")}`
      : documents.map(([data, more, between], index) => object(data, more, index) + between).join("");
    return (head + text).replaceAll("\n", newline);
  });

/** kubectl adds the mapping that it would have removed the label from. */
function withoutEmptyLabels(object: unknown): unknown {
  const { metadata, ...rest } = object as { readonly metadata: { readonly labels?: object } };
  const { labels, ...others } = metadata;
  return { ...rest, metadata: labels === undefined || Object.keys(labels).length === 0 ? others : metadata };
}

describe.skipIf(kubectl === undefined)("a manifest, beside what the real kubectl reads", { timeout: 240_000 }, () => {
  it("gives the same objects, or an error that says why not", async () => {
    const counts = { same: 0, refused: 0, known: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(manifest, { minLength: 1, maxLength: 60, size: "max" }), async (manifests) => {
        const texts = manifests.map((text, index) => text.replaceAll("PREFIX", `n${index}-`));
        const theirs = await readByKubectl(texts);
        for (const [index, text] of texts.entries()) {
          const problems: Diagnostic[] = [];
          const ours = readManifest(text, "a.yaml", problems).map((one) => one.object);
          if (problems.length > 0) {
            counts.refused += 1;
            expect(
              problems.every((one) => one.detail.length > 20 && one.fix !== undefined && one.range !== undefined),
            ).toBe(true);
          } else if (theirs.refused.has(index)) {
            // YAML has forms that kubectl's older reader does not know; what it has read before is the same.
            counts.known += 1;
            const before = (theirs.objects.get(index) ?? []).map(withoutEmptyLabels);
            expect({ text, objects: ours.slice(0, before.length) }).toEqual({ text, objects: before });
          } else {
            counts.same += 1;
            expect({ text, objects: ours }).toEqual({
              text,
              objects: (theirs.objects.get(index) ?? []).map(withoutEmptyLabels),
            });
          }
        }
      }),
      { numRuns: runsOfToday(12), endOnFailure: true, seed },
    );

    expect(counts.same).toBeGreaterThan((counts.refused + counts.known) / 4);
    expect(counts.known).toBeLessThan(counts.same / 4);
  });

  it("that isthmus prints is read as the same object", async () => {
    const text = fc.oneof(plain, words, fc.string({ unit: "grapheme" }));
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 2 },
        text,
        fc.integer(),
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => readJson(JSON.stringify(one))),
        fc.boolean(),
        fc.array(tie("value"), { maxLength: 3 }),
        fc.dictionary(text, tie("value"), { maxKeys: 3, noNullPrototype: true }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 60, size: "max" }), async (values) => {
        const objects = values.map((data, index) => ({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: `n${index}-` },
          data,
        }));
        const theirs = await readByKubectl(objects.map(writeYaml));
        for (const [index, object] of objects.entries()) {
          expect((theirs.objects.get(index) ?? []).map(withoutEmptyLabels)).toEqual([object]);
          const problems: Diagnostic[] = [];
          expect(readManifest(writeYaml(object), "a.yaml", problems).map((one) => one.object)).toEqual([object]);
        }
      }),
      { numRuns: runsOfToday(8), endOnFailure: true, seed },
    );
  });
});
