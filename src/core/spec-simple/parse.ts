import { LineCounter, parseAllDocuments } from "yaml";
import type { Document } from "yaml";
import type { Diagnostic, SourceRange } from "../diagnostics/diagnostic.ts";
import type { Mesh } from "../model/mesh.ts";
import { describeIssues } from "./describe-issues.ts";
import { normaliseMesh } from "./normalise-mesh.ts";
import { rules } from "./rules/index.ts";
import type { RawMesh } from "./schema.ts";
import { meshSchema } from "./schema.ts";
import type { SourceMap, SpecPath } from "./source-map.ts";
import { createSourceMap } from "./source-map.ts";

/** What became of a mesh file's text. */
export interface ParsedMesh {
  /** Only when there is no error. */
  readonly mesh?: Mesh;
  /** Every problem found, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where a field stands, or the nearest thing around it. */
  readonly locate: (path: SpecPath) => SourceRange;
}

/**
 * Turns the text of a mesh file into a mesh, or into all of its problems with
 * their places. Never throws for bad input. Pure.
 */
export function parseMesh(text: string, fileName: string): ParsedMesh {
  const lines = new LineCounter();
  const content = text.startsWith("\uFEFF") ? ` ${text.slice(1)}` : text;
  const documents = parseAllDocuments(content, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const [document] = documents as unknown as readonly Document[];
  const source = createSourceMap(fileName, content, document, lines);
  const diagnostics = [...readingProblems(documents as unknown as readonly Document[], source)];
  if (diagnostics.length > 0 || document === undefined) {
    return { diagnostics, locate: source.locate };
  }
  return checkContent(document, source);
}

function readingProblems(documents: readonly Document[], source: SourceMap): readonly Diagnostic[] {
  const [document] = documents;
  if (document === undefined || (document.contents === null && document.errors.length === 0)) {
    return [
      {
        code: "ISM102",
        severity: "error",
        summary: "The mesh file is empty",
        detail: "There is no document in the file.",
        fix: "Start from examples/sandbox.yaml.",
        range: source.rangeAt(0, 1),
      },
    ];
  }
  const syntax = documents.flatMap((one) =>
    one.errors.map(
      (error): Diagnostic => ({
        code: error.code === "DUPLICATE_KEY" ? "ISM105" : "ISM101",
        severity: "error",
        summary: error.code === "DUPLICATE_KEY" ? "A field is given twice" : "Not YAML",
        detail: `${error.message}.`,
        fix: error.code === "DUPLICATE_KEY" ? "Keep one of them." : "Correct the YAML at this place; indentation is by spaces only.",
        range: source.rangeAt(error.pos[0], error.pos[1]),
      }),
    ),
  );
  if (syntax.length > 0) {
    return syntax;
  }
  const second = documents[1];
  if (second !== undefined && second.contents !== null) {
    const start = second.range?.[0] ?? 0;
    return [
      {
        code: "ISM103",
        severity: "error",
        summary: "More than one document",
        detail: "A mesh file describes one mesh; a second YAML document begins here.",
        fix: "Put the other document into a file of its own.",
        range: source.rangeAt(start, start + 1),
      },
    ];
  }
  return [];
}

function checkContent(document: Document, source: SourceMap): ParsedMesh {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return { diagnostics: [tooManyAliases(error, source)], locate: source.locate };
  }
  const parsed = meshSchema.safeParse(value);
  if (!parsed.success) {
    return { diagnostics: inOrder(describeIssues(parsed.error.issues, value, source)), locate: source.locate };
  }
  const raw: RawMesh = parsed.data;
  const diagnostics = inOrder(rules.flatMap((rule) => rule(raw, source)));
  const failed = diagnostics.some((one) => one.severity === "error");
  return { ...(failed ? {} : { mesh: normaliseMesh(raw) }), diagnostics, locate: source.locate };
}

function tooManyAliases(error: unknown, source: SourceMap): Diagnostic {
  return {
    code: "ISM101",
    severity: "error",
    summary: "Not YAML",
    detail: `The file's aliases cannot be resolved: ${(error as Error).message}.`,
    fix: "Write the repeated parts out.",
    range: source.rangeAt(0, 1),
  };
}

function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = (one: Diagnostic): number => (one.range?.start.line ?? 0) * 10_000 + (one.range?.start.column ?? 0);
  return [...diagnostics].sort((a, b) => place(a) - place(b));
}
