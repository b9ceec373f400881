import type { Document, Node, ParsedNode, Scalar, YAMLMap } from "yaml";
import { isAlias, isCollection, isMap, isPair, isScalar } from "yaml";
import { isMergeKey, keyText } from "./locate.ts";
import type { TextProblem } from "./text-problem.ts";
import { label, nearLabel } from "./schema/scalars.ts";
import type { SourceText } from "./source-text.ts";

/** Problems in the tree of a YAML document; `fatal` ones leave no data that could be looked at further. */
export interface BadNodes {
  readonly fatal: boolean;
  readonly problems: readonly TextProblem[];
}

/**
 * What is legal YAML (or what the reader lets pass) and still no plain data:
 * duplicate keys, collections as keys, aliases to nothing or to themselves,
 * tags that nobody knows, numbers that JSON has not.
 */
export function findBadNodes(document: Document<ParsedNode>, source: SourceText): BadNodes {
  const others: TextProblem[] = [];
  const fatal: TextProblem[] = [];
  const lineOf = (offset: number): number => source.rangeOf(offset, offset).start.line;

  const anchors = new Map<string, Node>();

  const walk = (node: unknown, parents: readonly Node[], field?: string): void => {
    if ((isScalar(node) || isCollection(node)) && node.anchor !== undefined) {
      // As YAML has it: an alias means the last anchor of its name above it.
      anchors.set(node.anchor, node);
    }
    if (isAlias(node)) {
      fatal.push(...checkAlias(node.source, spanOf(node), { target: anchors.get(node.source), parents }));
    } else if (isScalar(node)) {
      fatal.push(...checkNumber(node.value, spanOf(node)));
      others.push(...checkRounding(node, spanOf(node)));
    } else if (isCollection(node)) {
      if (isMap(node)) {
        checkKeys(node, { fatal, others, lineOf, ofVersions: field === "versions" || field === "weights" });
      }
      const inside = [...parents, node];
      for (const item of node.items) {
        if (isPair(item)) {
          walk(item.key, inside);
          walk(item.value, inside, keyText(item.key));
        } else {
          walk(item, inside);
        }
      }
    }
  };
  walk(document.contents, []);

  const tags = document.warnings
    .filter((warning) => warning.code === "TAG_RESOLVE_FAILED")
    .map((warning) => ({ start: warning.pos[0], end: warning.pos[1], ...unknownTag }));
  return { fatal: fatal.length > 0, problems: [...tags, ...fatal, ...others] };
}

function checkKeys(
  map: YAMLMap,
  {
    fatal,
    others,
    lineOf,
    ofVersions,
  }: {
    readonly fatal: TextProblem[];
    readonly others: TextProblem[];
    readonly lineOf: (offset: number) => number;
    /** The keys are names of versions. */
    readonly ofVersions: boolean;
  },
): void {
  const keys = new Map<string, number>();
  for (const { key } of map.items) {
    const span = spanOf(key);
    if (isCollection(key) || isAlias(key)) {
      fatal.push({ ...span, ...complexKey });
    } else if (keyText(key) === "__proto__") {
      fatal.push({ ...span, ...protoKey });
    } else if (!isMergeKey(key)) {
      const name = keyText(key);
      const first = keys.get(name);
      if (first !== undefined) {
        others.push({ ...span, ...duplicateKey(name, lineOf(first)) });
      }
      others.push(...checkKeyType(key, span, ofVersions));
      keys.set(name, first ?? span.start);
    }
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spanOf(node: unknown): Span {
  const range = (node as { readonly range?: readonly number[] } | null)?.range;
  return { start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}

function checkAlias(
  name: string,
  span: Span,
  { target, parents }: { readonly target: Node | undefined; readonly parents: readonly Node[] },
): TextProblem[] {
  if (target === undefined) {
    return [
      {
        ...span,
        code: "ISM111",
        detail: `The alias *${name} refers to an anchor &${name}, and there is none above it.`,
        fix: `Mark the value that is meant with &${name}, further up; or put quotes around text that begins with an asterisk, as in hosts: ["*"].`,
      },
    ];
  }
  if (!parents.includes(target)) {
    return [];
  }
  return [
    {
      ...span,
      code: "ISM111",
      detail: `The alias *${name} stands inside the value that it refers to, which would contain itself without end.`,
      fix: "Write the value out.",
    },
  ];
}

function checkRounding({ value, source }: Scalar, span: Span): TextProblem[] {
  if (typeof value !== "number" || source === undefined || !isRounded(value, source)) {
    return [];
  }
  const shown = source.length > 40 ? `${source.slice(0, 40)}…` : source;
  return [
    {
      ...span,
      code: "ISM162",
      detail: `The number ${shown} has more digits than can be kept: it would reach the cluster as ${value}.`,
      fix: "Put it in quotes if whatever reads it takes text, or write a number of at most 15 digits.",
    },
  ];
}

function checkNumber(value: unknown, span: Span): TextProblem[] {
  return typeof value === "number" && !Number.isFinite(value)
    ? [
        {
          ...span,
          code: "ISM112",
          detail: "This is infinity or not a number at all. Kubernetes and Istio speak JSON, which has neither.",
          fix: "Write a number, or put quotes around it if it is text.",
        },
      ]
    : [];
}

/**
 * Whether a whole number is not the one that is written, or would be written
 * with an exponent: from 2^53 on numbers are rounded, from 1e21 on JSON has
 * them as 1e+21, which Kubernetes refuses for an integer.
 */
function isRounded(value: number, source: string): boolean {
  if (!/^[-+]?(\d+|0x[0-9a-fA-F]+|0o[0-7]+)$/.test(source) || !Number.isFinite(value)) {
    return false;
  }
  const written = BigInt(source.replace(/^[-+]/, ""));
  return written !== BigInt(Math.abs(value)) || Math.abs(value) >= 1e21;
}

/** A key that YAML takes for a number or a boolean that is written otherwise: 1.0 would be the name 1. */
function checkKeyType(key: unknown, span: Span, isVersion: boolean): TextProblem[] {
  const { value, source } = isScalar(key) ? key : { value: undefined, source: undefined };
  return !["number", "boolean"].includes(typeof value) || source === undefined || source === String(value)
    ? []
    : [
        {
          ...span,
          code: "ISM112",
          detail: `The key ${source} is a ${typeof value} for YAML, and would be the name ${String(value)}.`,
          // Quotes alone would lead to a second error where the name has to be a label: in quotes, since "1-0" is text and "10" is not.
          fix: `Write ${JSON.stringify(isVersion && !label.test(source) ? nearLabel(source) : source)}.`,
        },
      ];
}

const complexKey = {
  code: "ISM112",
  detail:
    "The key of this mapping is itself a list, a mapping or an alias. Template markers such as {{ … }} are read that way too; mesh files are not templates.",
  fix: "Use text as the key; put braces that are meant literally in quotes.",
} as const;

const protoKey = {
  code: "ISM112",
  detail: "__proto__ is no field of anything in a mesh file.",
  fix: "Delete it.",
} as const;

const unknownTag = {
  code: "ISM112",
  detail:
    "A tag (a word that begins with an exclamation mark) changes how a value is read, and this one means nothing here; the value would be taken as plain text.",
  fix: "Delete the tag, or put the value in quotes if the exclamation mark belongs to it.",
} as const;

function duplicateKey(name: string, line: number): Omit<TextProblem, "start" | "end"> {
  return {
    code: "ISM110",
    detail: `The key ${name} is already given in line ${line}. Only one of the two values can hold.`,
    fix: "Delete one of them.",
  };
}
