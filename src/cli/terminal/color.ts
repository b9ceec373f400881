/** What decides about colour besides the stream itself. */
export interface ColorWish {
  readonly flag: "auto" | "always" | "never";
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Whether a stream gets colour: `--color`, then NO_COLOR (https://no-color.org:
 * set and not empty), then FORCE_COLOR and CLICOLOR_FORCE, then whether it is a
 * terminal that is not dumb and CLICOLOR is not 0.
 */
export function decideColor(wish: ColorWish, stream: { readonly isTTY?: boolean }): boolean {
  const { flag, env } = wish;
  if (flag !== "auto") {
    return flag === "always";
  }
  if (isSet(env["NO_COLOR"])) {
    return false;
  }
  if (isSet(env["FORCE_COLOR"])) {
    return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  }
  if (isSet(env["CLICOLOR_FORCE"]) && env["CLICOLOR_FORCE"] !== "0") {
    return true;
  }
  return stream.isTTY === true && env["TERM"] !== "dumb" && env["CLICOLOR"] !== "0";
}

function isSet(value: string | undefined): value is string {
  return value !== undefined && value !== "";
}
