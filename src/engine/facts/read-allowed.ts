import { isForbidden } from "../../kube/errors.ts";

/** The parts that were read, and those that the API server refused to give. */
export interface Allowed<Values extends object> {
  readonly values: Values;
  readonly refused: readonly { readonly part: keyof Values & string; readonly why: string }[];
}

/**
 * The values of an object of promises, side by side; of what this account may
 * not read the blank one stands, and the API server's words; without `blank` that
 * is a failure as any other. Rejects as the first of them that fails.
 */
export async function readAllowed<Values extends object>(
  promises: { readonly [Key in keyof Values]: Promise<Values[Key]> },
  blank: NoInfer<Values> | undefined,
): Promise<Allowed<Values>> {
  const refused: { part: keyof Values & string; why: string }[] = [];
  const read = async (part: keyof Values & string): Promise<readonly [string, unknown]> => {
    try {
      return [part, await promises[part]];
    } catch (error) {
      if (blank !== undefined && isForbidden(error)) {
        refused.push({ part, why: error.message });
        return [part, blank[part]];
      }
      throw error;
    }
  };
  const entries = await Promise.all((Object.keys(promises) as (keyof Values & string)[]).map(read));
  return { values: Object.fromEntries(entries) as Values, refused };
}
