import path from "node:path";
import { readText } from "./tracked-files.ts";

export interface Import {
  readonly from: string;
  /** A file of the repository, `node:…`, or a package. */
  readonly to: string;
}

const forms = [
  /^\s*(?:import|export)\b[^;"'`]*?\bfrom\s*"([^"]+)"/gm,
  /^\s*import\s*"([^"]+)"/gm,
  /\bimport\(\s*"([^"]+)"\s*\)/g,
];

/** What a file imports, in any form: static, for its effect, or late. */
export function importsOf(file: string): readonly Import[] {
  const text = readText(file);
  return forms.flatMap((form) =>
    [...text.matchAll(form)].map(([, to = ""]) => ({
      from: file,
      to: to.startsWith(".") ? path.posix.join(path.posix.dirname(file), to) : to,
    })),
  );
}
