import type { Code } from "../../core/diagnostics/catalogue.ts";
import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { errorOf } from "../../core/diagnostics/coded.ts";
import type { AcmeErrorFields } from "./acme-error.ts";
import { AcmeError } from "./acme-error.ts";

interface Advice {
  readonly code: Code;
  readonly detail: string;
  readonly fix: string;
}

/** What the message is about, beside the failure. */
export interface AcmeContext {
  /** The issuer's name in the mesh file. */
  readonly issuer: string;
  /** The names of the order. */
  readonly names: readonly string[];
  /** The file of the account's key. */
  readonly keyFile: string;
  readonly caFile?: string;
}

/** The failure as an error for people; undefined for one that is not of ACME. */
export function diagnoseAcme(error: unknown, context: AcmeContext): Diagnostic | undefined {
  if (!(error instanceof AcmeError)) {
    return undefined;
  }
  const { code, detail, fix } = advise(error.fields, context);
  return { ...errorOf(code), detail, fix };
}

function advise(fields: AcmeErrorFields, context: AcmeContext): Advice {
  switch (fields.kind) {
    case "unreachable":
      return adviseOnConnection(fields, context);
    case "not-acme":
      return {
        code: "ISM651",
        detail: `${said(fields, context)} ${sentence(fields.message)}`,
        fix: `Correct server of issuer ${context.issuer}: it is the address of the ACME directory, such as https://acme-v02.api.letsencrypt.org/directory.`,
      };
    case "late":
      return {
        code: "ISM650",
        detail: `${said(fields, context)} ${sentence(fields.message)}`,
        fix: "Run the command again: proofs that the server has accepted by then need not be given again. Or give it more time with --timeout.",
      };
    case "not-proven":
      return adviseOnProof(fields, context);
    case "refused":
      return adviseOnRefusal(fields, context);
  }
}

function said({ server, subject }: AcmeErrorFields, { issuer, names }: AcmeContext): string {
  return `${server} (issuer ${issuer}) did not ${subject}, with the certificate for ${names.join(", ")}:`;
}

function adviseOnConnection(fields: AcmeErrorFields, { issuer, caFile, names }: AcmeContext): Advice {
  const tls = /certificate|self.signed|altname|issuer/i.test(fields.message);
  return {
    code: "ISM651",
    detail: `${said(fields, { issuer, names, keyFile: "" })} ${sentence(fields.message)}`,
    fix: tls
      ? caFile === undefined
        ? `Name the file with the authority of the server's own certificate: caFile of issuer ${issuer}.`
        : `Put the authority of the server's own certificate into ${caFile}, or correct the address in server of issuer ${issuer}.`
      : `See that ${new URL(fields.server).host} can be reached from this machine (HTTPS_PROXY is heeded), or correct server of issuer ${issuer}.`,
  };
}

function adviseOnProof(fields: AcmeErrorFields, context: AcmeContext): Advice {
  const names = [...new Set(context.names.map((name) => `_acme-challenge.${name.replace(/^\*\./, "")}`))];
  const type = fields.problem?.type ?? "";
  return {
    code: "ISM653",
    detail: `${said(fields, context)} ${sentence(fields.message)}`,
    fix:
      type === "caa"
        ? "Let the CAA records of the name or its parents allow this authority, or delete them; then run the command again."
        : `See what the world gets for ${names.join(" and ")}: the delegation of the zone must lead to the server that spec.dns writes to, or to servers that follow it soon. A CNAME there, DNSSEC that does not validate and CAA records stand in the way too. Then run the command again.`,
  };
}

function adviseOnRefusal(fields: AcmeErrorFields, context: AcmeContext): Advice {
  const type = fields.problem?.type ?? "";
  if (type === "caa") {
    return adviseOnProof(fields, context);
  }
  const known = refusals[type];
  return {
    code: known?.code ?? "ISM650",
    detail: `${said(fields, context)} ${sentence(fields.message)}`,
    fix:
      known?.fix(context, fields) ??
      "Change what the server's message says; where it is a fault of the server's own, run the command again later.",
  };
}

interface Refusal {
  readonly code: Code;
  readonly fix: (context: AcmeContext, fields: AcmeErrorFields) => string;
}

const rejected: Refusal = {
  code: "ISM650",
  fix: () =>
    "Take the name out of the route's hosts, or order it from another issuer: this authority does not issue for it.",
};

/** What to do, by the type of the server's problem (RFC 8555, 6.7). */
const refusals: Readonly<Record<string, Refusal>> = {
  rateLimited: {
    code: "ISM652",
    fix: (_context, { retryAt }) =>
      `Wait until ${retryAt === undefined ? "the time that the server names" : new Date(retryAt).toISOString()}, and run the command then: trying before counts again. For tries use the authority's staging server.`,
  },
  externalAccountRequired: {
    code: "ISM654",
    fix: ({ issuer }) =>
      `Get a key identifier and an HMAC key from the authority, and write externalAccount: { keyId: …, hmacKey: { file: … } } for issuer ${issuer}.`,
  },
  userActionRequired: {
    code: "ISM654",
    fix: ({ keyFile }) =>
      `Read what the server's message leads to, and agree there; or move ${keyFile} away, so that a new account agrees to the terms of today.`,
  },
  accountDoesNotExist: {
    code: "ISM654",
    fix: ({ keyFile }) =>
      `Move ${keyFile} away: the next order makes a new account, as the server has lost the old one. Certificates that were issued stay valid.`,
  },
  unauthorized: {
    code: "ISM654",
    fix: ({ keyFile }) =>
      `Where the account was deactivated, move ${keyFile} away: the next order makes a new one. Otherwise do what the server's message says.`,
  },
  invalidProfile: {
    code: "ISM650",
    fix: ({ issuer }) => `Write a profile that the server has as profile of issuer ${issuer}, or none.`,
  },
  rejectedIdentifier: rejected,
  malformed: rejected,
};

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
