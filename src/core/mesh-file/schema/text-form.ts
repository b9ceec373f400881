import * as z from "zod";
import type { SpecCode } from "../finding.ts";

/** A kind of text: what it looks like, and what to write instead of something else. */
export interface TextForm {
  readonly code: SpecCode;
  /** Completes "It has to be …". */
  readonly wanted: string;
  readonly test: (text: string) => boolean;
  readonly fix: (text: string) => string;
  /** For editors, where a pattern can say it. */
  readonly pattern?: string;
}

/** What a form's check leaves in a zod issue for the message. */
export interface FormIssue {
  readonly form: TextForm;
}

/**
 * A schema for text of a form, or of several of which the first that does not
 * fit is told. The description goes to the JSON schema and to `explain`.
 */
export function textOf(
  forms: TextForm | readonly [TextForm, ...TextForm[]],
  description: string,
  extra: { readonly default?: string; readonly examples?: readonly string[] } = {},
): z.ZodString {
  const all: readonly TextForm[] = "test" in forms ? [forms] : forms;
  const pattern = all.find((form) => form.pattern !== undefined)?.pattern;
  return z
    .string()
    .check((context) => {
      const form = all.find((one) => !one.test(context.value));
      if (form !== undefined) {
        const params: FormIssue = { form };
        context.issues.push({ code: "custom", input: context.value, params: { ...params } });
      }
    })
    .meta({
      // What a pattern cannot say, such as the bounds of a duration.
      description: [
        description,
        ...all.slice(1).map(({ wanted }) => `${wanted.charAt(0).toUpperCase()}${wanted.slice(1)}.`),
      ].join(" "),
      ...(pattern === undefined ? {} : { pattern }),
      ...(extra.default === undefined ? {} : { default: extra.default }),
      ...(extra.examples === undefined ? {} : { examples: [...extra.examples] }),
    });
}

/** What a value of several shapes has to be. */
export interface ValueForm {
  readonly code: SpecCode;
  /** Completes "It has to be …". */
  readonly wanted: string;
  readonly test: (value: unknown) => boolean;
  readonly fix: string;
}

/** A schema of several shapes that is held against one form, so that one message says what is wanted. */
export function formOf<Schema extends z.ZodType>(schema: Schema, form: ValueForm, description: string): Schema {
  const text: TextForm = { ...form, fix: () => form.fix };
  return schema
    .check((context) => {
      if (!form.test(context.value)) {
        const params: FormIssue = { form: text };
        context.issues.push({ code: "custom", input: context.value, params: { ...params } });
      }
    })
    .meta({ description });
}

/** A test that takes what the whole pattern says. */
export function matches(pattern: string): (text: string) => boolean {
  const expression = new RegExp(pattern);
  return (text) => expression.test(text);
}
