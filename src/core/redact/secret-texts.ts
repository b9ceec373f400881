import { Buffer } from "node:buffer";
import { parse } from "yaml";
import type { Secret } from "../secret.ts";

/** Shorter ones are words (`true`, a region), and would blacken every second line. */
export const shortestSecret = 6;

/** What is in Secrets and is none: certificates and the namespace of a token. */
const publicKeys = /\.crt$|^namespace$|^(?!.*key).*cert.*\.pem$/;

/** Fields of a structured value (a kubeconfig, a `.dockerconfigjson`) that are secret. */
const secretFields = /(token|password|passwd|secret|auth|key|key-data|credentials?)$/i;

/**
 * The texts by which one value of a `v1 Secret`, or a credential of a
 * kubeconfig, shows in other texts: as it is, decoded, and, where it holds a
 * key or a kubeconfig, the parts of that which are secret in themselves. None
 * for certificates, and none that is shorter than six characters. `key` is the key in the Secret's data.
 */
export function secretTexts(secret: Secret, key = ""): readonly string[] {
  if (publicKeys.test(key)) {
    return [];
  }
  const value = secret.expose();
  const decoded = decodeBase64(value);
  const texts = [value, ...partsOf(value), ...(decoded === undefined ? [] : [decoded, ...partsOf(decoded)])];
  const trimmed = texts.map((text) => text.trim()).filter((text) => text.length >= shortestSecret);
  return [...new Set(trimmed)];
}

/**
 * How a text shows inside the base64 of a longer one: the characters that
 * depend on it alone, for each of the three places that it can begin at.
 */
export function base64Forms(text: string): readonly string[] {
  const length = Buffer.byteLength(text);
  const forms = [0, 1, 2].map((shift) => {
    const encoded = Buffer.from(" ".repeat(shift) + text).toString("base64");
    return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + length) * 8) / 6));
  });
  const urlForms = forms.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([...forms, ...urlForms])].filter((form) => form.length >= shortestSecret);
}

/** The text that a value is the base64 of; undefined when it is that of none that can be read. */
export function decodeBase64(value: string): string | undefined {
  if (value.length < 4 || !/^[\w+/-]+={0,2}$/.test(value)) {
    return undefined;
  }
  const text = Buffer.from(value, "base64").toString("utf8");
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? undefined : text;
}

function partsOf(text: string): readonly string[] {
  if (text.includes("PRIVATE KEY-----")) {
    return text.split("\n").filter((line) => line.length >= 24 && !line.startsWith("-----"));
  }
  // One line of a text that is no mapping is a value by itself.
  return /^[\s]*[{"\w-]+.*[:{]/.test(text) ? leavesOf(text) : [];
}

function leavesOf(text: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch {
    // Looks like YAML and is none: it is looked for as a whole.
    return [];
  }
  return typeof parsed === "object" && parsed !== null ? walk(parsed, "") : [];
}

function walk(value: unknown, field: string): readonly string[] {
  if (typeof value === "string") {
    if (!secretFields.test(field)) {
      return [];
    }
    const decoded = decodeBase64(value);
    return [value, ...(decoded === undefined ? [] : [decoded]), ...(decoded ?? value).split("\n").filter(isKeyLine)];
  }
  if (typeof value !== "object" || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, item]) => walk(item, Array.isArray(value) ? field : key));
}

function isKeyLine(line: string): boolean {
  return line.length >= 40 && !line.startsWith("-----");
}
