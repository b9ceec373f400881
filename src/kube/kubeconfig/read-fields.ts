/** True for a mapping (not null, not a list). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The mapping that a text is in JSON; undefined for any other JSON and any other text, of which nothing is quoted. */
export function parseRecord(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The `code` of a system error, `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return isRecord(error) && typeof error["code"] === "string" ? error["code"] : undefined;
}

/** Why a file could not be read, in words. */
export function readFailure(error: unknown): string {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: "there is no such file",
    EACCES: "permission denied",
    EISDIR: "it is a folder",
    ENOTDIR: "a part of its path is a file and no folder",
    ELOOP: "its symbolic links lead in a circle",
    ENOTSUP: "it is a device or a socket, not a file",
    EFBIG: "it gives more than 256 MiB",
  };
  return reasons[codeOf(error) ?? ""] ?? codeOf(error) ?? "unknown error";
}

/** A text that is not empty; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
