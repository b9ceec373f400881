import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import { hiddenTexts, hideTexts } from "../redact/mask-line.ts";
import { checkShape, isMisspelt } from "./check-shape.ts";
import { fillDefaults } from "./defaults.ts";
import type { Finding } from "./finding.ts";
import { placeFinding } from "./finding.ts";
import { findInlineSecrets, hideInDiagnostic } from "./inline-secrets.ts";
import { createLocator } from "./locate.ts";
import type { Path } from "./path.ts";
import type { YamlFile } from "./read-yaml.ts";
import { readYaml } from "./read-yaml.ts";
import { rules } from "./rules/rules.ts";
import { showValue } from "./show-value.ts";
import { createSourceText } from "./source-text.ts";

/** A mesh file after reading. */
export interface ParsedMesh {
  /** There exactly when no diagnostic is an error. */
  readonly mesh?: Mesh;
  /** All problems, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /**
   * The place of a value by its path in the file (`["spec", "services", 0,
   * "manifests"]`); of its nearest parent when the value itself is not written there.
   */
  readonly locate: (path: Path) => SourceRange;
}

/** The last texts that were read: a shift comes back to the old and the new one before each step, and reading is most of what it computes. */
const known = new Map<string, ParsedMesh>();
const mostKnown = 4;

/**
 * Reads a mesh file and holds it against its format and all rules. Never
 * throws: whatever the text is, its problems come back as diagnostics with
 * file, line and column, all of them in one run. Only YAML that cannot be
 * understood, or a file that is plainly something else, is not looked at any further.
 * `fileName` is the file as the user named it. The same text gives the same
 * values, as long as few others were read since.
 */
export function parseMesh(text: string, fileName: string): ParsedMesh {
  const key = `${fileName}\n${text}`;
  const parsed = known.get(key) ?? parseAnew(text, fileName);
  known.delete(key);
  known.set(key, parsed);
  const [oldest] = known.keys();
  if (known.size > mostKnown && oldest !== undefined) {
    known.delete(oldest);
  }
  return parsed;
}

function parseAnew(text: string, fileName: string): ParsedMesh {
  const source = createSourceText(text, fileName);
  const yaml = readYaml(source);
  const locator = createLocator(yaml.document, source);
  const checked: Checked = yaml.usable ? checkContent(yaml) : { findings: [] };
  const secrets = findInlineSecrets(yaml.value);
  const diagnostics = [
    ...withoutCredentials(yaml.diagnostics, source.text),
    ...checked.findings.map((finding) => placeFinding(finding, locator)),
  ]
    .map((diagnostic) => hideInDiagnostic(diagnostic, secrets))
    .toSorted(comparePlaces);
  const { mesh } = checked;
  return {
    ...(mesh === undefined || diagnostics.some(({ severity }) => severity === "error") ? {} : { mesh }),
    diagnostics,
    locate: locator.value,
  };
}

/** The YAML library quotes parts of lines, and a line that is no YAML cannot be told by its field. */
function withoutCredentials(diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] {
  const hidden = diagnostics.length === 0 ? [] : hiddenTexts(text);
  return diagnostics.map((one) => ({
    ...one,
    detail: hideTexts(one.detail, hidden),
    ...(one.fix === undefined ? {} : { fix: hideTexts(one.fix, hidden) }),
  }));
}

interface Checked {
  readonly mesh?: Mesh;
  readonly findings: readonly Finding[];
}

function checkContent(yaml: YamlFile): Checked {
  const { value } = yaml;
  if (value === null || value === undefined) {
    return { findings: [emptyFile] };
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    return { findings: [notMapping(value)] };
  }
  const foreign = checkForeign(value);
  if (foreign !== undefined) {
    return { findings: [foreign] };
  }
  const shape = checkShape(value);
  const ofRules = rules
    .flatMap((rule) => rule(shape.draft))
    .filter(({ code, path }) => code !== "ISM105" || !isMisspelt(path, value));
  const findings = [...shape.findings, ...ofRules];
  return shape.mesh === undefined || findings.length > 0 ? { findings } : { mesh: fillDefaults(shape.mesh), findings };
}

const emptyFile: Finding = {
  code: "ISM106",
  path: [],
  detail: "There is no content, or nothing but comments. A mesh file has at least apiVersion, kind, metadata and spec.",
  fix: "Start from examples/sandbox.yaml.",
};

function notMapping(value: unknown): Finding {
  return {
    code: "ISM108",
    path: [],
    detail: `The top of the file is ${Array.isArray(value) ? "a list" : `the single value ${showValue(value)}`}, and a mesh file is a mapping with apiVersion, kind, metadata and spec.`,
    fix: "Name the mesh file, or write it as a mapping.",
  };
}

/** A file that is plainly something else has one problem, not one for each of its fields. */
function checkForeign(value: object): Finding | undefined {
  const { apiVersion, kind } = value as { readonly apiVersion?: unknown; readonly kind?: unknown };
  const ours = typeof apiVersion === "string" && apiVersion.startsWith("isthmus.dev/");
  if (ours || typeof apiVersion !== "string" || typeof kind !== "string" || kind === "Mesh") {
    return undefined;
  }
  return {
    code: "ISM109",
    path: ["kind"],
    detail: `This has kind ${showValue(kind)} and apiVersion ${showValue(apiVersion)}. A mesh file has apiVersion isthmus.dev/v1alpha1 and kind Mesh; nothing else of the file was looked at.`,
    fix: "Name the mesh file, for example with -f mesh.yaml.",
  };
}

function comparePlaces(left: Diagnostic, right: Diagnostic): number {
  const a = left.range?.start ?? { line: 0, column: 0 };
  const b = right.range?.start ?? { line: 0, column: 0 };
  return a.line - b.line || a.column - b.column || left.code.localeCompare(right.code);
}
