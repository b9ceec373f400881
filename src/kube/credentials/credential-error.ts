import type { AccessCode } from "../access-diagnostic.ts";

/** Credentials that cannot be had or cannot be used, in the words of its diagnostic. Holds no secret. */
export class CredentialError extends Error {
  readonly code: AccessCode;
  readonly fix: string;

  constructor(code: AccessCode, message: string, fix: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "CredentialError";
    this.code = code;
    this.fix = fix;
  }
}
