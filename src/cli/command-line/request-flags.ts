import type { RequestSettings } from "../../core/decide/route-request.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { requestPath } from "../../core/mesh-file/schema/addresses.ts";
import { usageDiagnostic } from "./usage-error.ts";

/** The flags by which a command says how to ask. */
export interface RequestFlags {
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly header?: readonly string[];
  readonly expect?: readonly string[];
}

/** The flags as settings; what is not given is not in them. A UserError (64) names every value that is none. */
export function readRequestFlags(flags: RequestFlags): RequestSettings {
  const problems: Diagnostic[] = [];
  const headers: Record<string, string> = {};
  if (flags.path !== undefined && !requestPath.test(flags.path)) {
    problems.push(
      usageDiagnostic("ISM005", `--path is ${JSON.stringify(flags.path)}, but takes ${requestPath.wanted}.`),
    );
  }
  for (const text of flags.header ?? []) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*[:=]\s*([^\r\n]*)$/.exec(text) ?? [];
    if (name === undefined || value === undefined) {
      // The value may be a credential: it is not repeated.
      problems.push(usageDiagnostic("ISM005", "--header takes NAME: VALUE, as in --header 'accept: text/html'."));
    } else if (["host", "content-length", "connection", "transfer-encoding", "upgrade"].includes(name.toLowerCase())) {
      problems.push(
        usageDiagnostic(
          "ISM005",
          `--header is ${name}, which a proof does not choose: it asks for the route's own hosts.`,
        ),
      );
    } else {
      headers[name] = value;
    }
  }
  const expect = (flags.expect ?? []).map((text) => {
    const known = /^[1-5]([0-9]{2}|xx)$/i.test(text);
    if (!known) {
      problems.push(
        usageDiagnostic("ISM005", `--expect is ${JSON.stringify(text)}, but takes statuses such as 200 or 2xx.`),
      );
    }
    return /xx$/i.test(text) ? text.toLowerCase() : Number(text);
  });
  if (problems.length > 0) {
    throw new UserError(problems, exitCodes.usage);
  }
  return {
    ...(flags.path === undefined ? {} : { path: flags.path }),
    ...(flags.method === undefined ? {} : { method: flags.method }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(expect.length === 0 ? {} : { expect }),
  };
}
