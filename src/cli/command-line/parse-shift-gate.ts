import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";

/** `1%`, `0.5%` or `1` as a share: 0.01, 0.005. A UserError (64) unless it is above 0 and below 100 percent. */
export function parseErrorRate(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s?%?$/.exec(text)?.[1] ?? "0");
  if (percent <= 0 || percent >= 100) {
    throw new UserError(
      [
        {
          ...errorOf("ISM005"),
          detail: `--max-error-rate is ${JSON.stringify(text)}, and has to be a percentage above 0 and below 100.`,
          fix: "Write for example --max-error-rate 1%",
        },
      ],
      exitCodes.usage,
    );
  }
  return percent / 100;
}

/** `["1", "5", "25"]` as parts of the way in percent. A UserError (64) unless they are whole percentages that rise, up to 100. */
export function parseSteps(texts: readonly string[]): readonly number[] {
  const parts = texts.map((text) => (/^\d{1,3}%?$/.test(text) ? Number.parseInt(text, 10) : Number.NaN));
  const rises = parts.every((part, index) => part > (parts[index - 1] ?? 0) && part <= 100);
  if (!rises || parts.length === 0) {
    throw new UserError(
      [
        {
          ...errorOf("ISM005"),
          detail: `--steps is ${texts.join(",")}, and has to be whole percentages of the way, each larger than the one before, up to 100.`,
          fix: "Write for example --steps 1,5,25,100",
        },
      ],
      exitCodes.usage,
    );
  }
  return parts;
}
