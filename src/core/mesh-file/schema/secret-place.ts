import * as z from "zod";
import { environmentName, line } from "./scalars.ts";
import type { TextForm } from "./text-form.ts";
import { textOf } from "./text-form.ts";

/** The name of a variable, where a secret itself may have been written by mistake. */
const secretVariable: TextForm = {
  ...environmentName,
  fix: () =>
    "Put the secret into a variable, and its name here: { env: TSIG_SECRET }. A secret itself never stands in the mesh file.",
};

/** What to do where a secret stands in the file. */
export const secretFix = secretVariable.fix("");

/** Where a secret is: one of a variable and a file (rules/alternatives.ts), and never the secret itself. `what` begins the descriptions. */
export function secretSchema(what: string): z.ZodObject<{
  env: z.ZodOptional<z.ZodString>;
  file: z.ZodOptional<z.ZodString>;
}> {
  return z
    .strictObject({
      env: textOf(secretVariable, "The name of the environment variable that holds it.").optional(),
      file: textOf(line, "The file that holds it, relative to the mesh file.").optional(),
    })
    .meta({
      description: `${what}: where it is, never it itself.`,
      oneOf: [{ required: ["env"] }, { required: ["file"] }],
    });
}
