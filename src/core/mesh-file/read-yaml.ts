import type { TextProblem } from "./text-problem.ts";
import type { CST, Document, ParsedNode } from "yaml";
import { Composer, isScalar, Parser } from "yaml";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { findBadNodes } from "./find-bad-nodes.ts";
import { findOldReadings } from "./old-readings.ts";
import { firstSyntaxError } from "./syntax-error.ts";
import type { SyntaxProblem } from "./syntax-problem.ts";
import { meshFileCodes } from "./finding.ts";
import type { SourceText } from "./source-text.ts";

/** What a text is as YAML. */
export interface YamlFile {
  /** Undefined when the text could not be read at all. */
  readonly document: Document<ParsedNode> | undefined;
  /** Plain data; undefined unless `usable`. */
  readonly value: unknown;
  /** Whether the value is what the author meant, so that looking further makes sense. */
  readonly usable: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Brackets and indentation deeper than this are refused before anything recursive sees them. */
const maxDepth = 100;

/** How many nodes aliases may expand to: enough for a mesh of a thousand clusters, far too few for a bomb. */
const maxAliasCount = 10_000;

/**
 * Reads one YAML 1.2 document with merge keys. Never throws: all problems are
 * diagnostics, and the document is given as far as it could be understood.
 */
export function readYaml(source: SourceText): YamlFile {
  const control = findControlCharacter(source.text) ?? findUndecoded(source.text);
  if (control !== undefined) {
    return unusable([place(control, source)]);
  }
  const { documents, tokens, tooDeep } = compose(source.text);
  // kubectl passes over documents without content as well.
  const filled = documents.filter(isFilled);
  const [document = documents[0], second] = filled;
  if (tooDeep !== undefined) {
    return unusable([place(tooDeep, source)]);
  }
  if (document === undefined) {
    return unusable([]);
  }
  const syntax = firstSyntaxError(document.errors, tokens, source.text).map(describeSyntaxError);
  const several = second === undefined ? [] : [describeSecond(second, source.text)];
  if (syntax.length > 0) {
    return {
      document,
      value: undefined,
      usable: false,
      diagnostics: [...syntax, ...several].map((problem) => place(problem, source)),
    };
  }
  const bad = findBadNodes(document, source);
  const data = bad.fatal ? { value: undefined, problems: [] } : toData(document);
  const old = bad.fatal ? [] : findOldReadings(document);
  const problems = [...bad.problems, ...data.problems, ...old, ...several];
  return {
    document,
    value: data.value,
    usable: !bad.fatal && data.problems.length === 0,
    diagnostics: problems.map((problem) => place(problem, source)),
  };
}

function unusable(diagnostics: readonly Diagnostic[]): YamlFile {
  return { document: undefined, value: undefined, usable: false, diagnostics };
}

function place(problem: TextProblem, source: SourceText): Diagnostic {
  return {
    code: problem.code,
    severity: problem.severity ?? "error",
    summary: meshFileCodes[problem.code].summary,
    detail: problem.detail,
    fix: problem.fix,
    range: source.rangeOf(problem.start, problem.end),
  };
}

/** Whether a document is more than its markers and comments. */
function isFilled({ contents, errors }: Document<ParsedNode>): boolean {
  return errors.length > 0 || (contents !== null && !(isScalar(contents) && contents.source === ""));
}

interface Composed {
  readonly documents: readonly Document<ParsedNode>[];
  readonly tokens: readonly CST.Token[];
  readonly tooDeep?: TextProblem;
}

/**
 * The parser works without recursion, the composer does not: with many
 * thousands of open brackets it ends the whole process, so depth is measured between the two.
 */
function compose(text: string): Composed {
  const tokens = [...new Parser().parse(text)];
  const offset = findTooDeep(tokens);
  if (offset !== undefined) {
    return {
      documents: [],
      tokens,
      tooDeep: {
        code: "ISM112",
        start: offset,
        end: offset + 1,
        detail: `Lists and mappings are nested in each other more than ${maxDepth} levels deep here. No mesh needs that; mostly a bracket is not closed.`,
        fix: "Close the brackets, or take the nesting apart.",
      },
    };
  }
  const composer = new Composer<ParsedNode>({
    // Explicit, so that a %YAML 1.1 directive does not turn `no` into false.
    schema: "core",
    merge: true,
    resolveKnownTags: false,
    // The library compares every key with every other one; findBadNodes does it with a set.
    uniqueKeys: false,
    // Otherwise the library prints warnings of its own.
    logLevel: "error",
  });
  return { documents: [...composer.compose(tokens, true, text.length)], tokens };
}

/** The offset of the first bracket or indentation that is nested too deep for what is recursive; undefined = none. */
export function findTooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { readonly item: unknown; readonly depth: number }[] = tokens.map((item) => ({
    item,
    depth: 0,
  }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { item, depth } = next;
    if (typeof item !== "object" || item === null) {
      continue;
    }
    const { value, key, items, offset } = item as {
      readonly value?: unknown;
      readonly key?: unknown;
      readonly items?: readonly unknown[];
      readonly offset?: number;
    };
    const inner = items === undefined ? depth : depth + 1;
    if (inner > maxDepth) {
      return offset ?? 0;
    }
    for (const child of [value, key, ...(items ?? [])]) {
      open.push({ item: child, depth: inner });
    }
  }
  return undefined;
}

function toData(document: Document<ParsedNode>): {
  readonly value: unknown;
  readonly problems: readonly TextProblem[];
} {
  try {
    return { value: document.toJS({ maxAliasCount }), problems: [] };
  } catch (error) {
    const [start, end] = document.contents?.range ?? [0, 1];
    const said = error instanceof Error ? error.message : String(error);
    return {
      value: undefined,
      problems: [
        {
          code: "ISM111",
          start,
          end: Math.min(end, start + 1),
          detail: said.startsWith("Excessive alias count")
            ? `Aliases of aliases expand to more than ${maxAliasCount} values. That is how a small file fills all memory, so it is not read any further.`
            : `The aliases and merge keys of the file cannot be resolved: ${said.split("\n", 1)[0]}.`,
          fix: "Write the values out where they are used.",
        },
      ],
    };
  }
}

function describeSyntaxError({ start, end, said, fix }: SyntaxProblem): TextProblem {
  return { code: "ISM101", start, end, detail: `${said} Nothing below this place could be checked.`, fix };
}

function describeSecond(second: Document<ParsedNode>, text: string): TextProblem {
  const [from, , past] = second.range ?? [0, 0, text.length];
  // The range of a document begins at its directives; the line that people look for is the marker.
  const marker = text.lastIndexOf("---", second.contents?.range[0] ?? past);
  const start = marker >= from ? marker : from;
  return {
    code: "ISM107",
    start,
    end: start + 3,
    detail:
      "A second YAML document begins here. One mesh file is one document, and everything from here on would be ignored.",
    fix: "Delete this line and what follows, or move the second document into a file of its own.",
  };
}

/** Bytes that are no UTF-8 come as U+FFFD, which nobody writes: a name or a header's value would reach the clusters with it. */
function findUndecoded(text: string): TextProblem | undefined {
  const start = text.indexOf("\ufffd");
  return start === -1
    ? undefined
    : {
        code: "ISM112",
        start,
        end: start + 1,
        detail: "The file has bytes here that are not UTF-8; in older encodings a letter such as ü is one of them.",
        fix: "Save the file as UTF-8.",
      };
}

/** YAML allows no C0 controls but tab and line breaks; they mean that the file is binary or UTF-16. */
export function findControlCharacter(text: string): TextProblem | undefined {
  const match = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/.exec(text);
  if (match === null) {
    return undefined;
  }
  const number = match[0].charCodeAt(0);
  const name = `U+${number.toString(16).toUpperCase().padStart(4, "0")}`;
  return {
    code: "ISM112",
    start: match.index,
    end: match.index + 1,
    detail: `The file has the control character ${name} here, which YAML does not allow.${number === 0 ? " A NUL mostly means that the file is not UTF-8 text." : ""}`,
    fix:
      number === 0
        ? "Save the file as UTF-8, or name another file."
        : "Delete the character; in a quoted value it can be written as an escape.",
  };
}
