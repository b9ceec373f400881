import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import type { Json } from "../../core/model/kube-object.ts";
import { mergeValues } from "../../core/render/merge-values.ts";
import type { ChartValues, NamedValues } from "../../core/render/unread-values.ts";

type Values = { readonly [key: string]: Json };

/** Under this key Istio's charts have their values since 1.21, so that a profile can come between them and the user's. */
const wrappers = ["_internal_defaults_do_not_set", "defaults"] as const;

/** What a chart's folder says of the values that it takes. Files that are missing or no YAML are passed over. */
export async function readChartValues(folder: string): Promise<ChartValues> {
  const own = await readValues(path.join(folder, "values.yaml"));
  const files = await listFiles(path.join(folder, "files"));
  const profiles = await Promise.all(
    files.filter((file) => path.basename(file).startsWith("profile-")).map(async (file) => readValues(file)),
  );
  const templates = [...(await listFiles(path.join(folder, "templates"))), ...files];
  const texts = await Promise.all(templates.map(async (file) => readFile(file, "utf8")));
  const alias = texts.flatMap((text) => /\(index \$\.Values "(\w+)"\)/.exec(text)?.[1] ?? [])[0];
  return {
    defaults: mergeValues(unwrap(own), ...profiles),
    named: findNamed(texts),
    whole: new Set(texts.filter((text) => !isPlumbing(text)).flatMap(namesWrittenWhole)),
    ...(alias === undefined ? {} : { alias }),
  };
}

/** Paths in the actions of templates (`.Values.global.hub`, `$gateway.name`, `get .Values "hub"`); what stands beside actions names no value. */
function findNamed(texts: readonly string[]): NamedValues {
  const steps = new Set<string>();
  const loose = new Set<string>();
  for (const action of texts.flatMap((text) => text.match(/\{\{[^]*?\}\}/g) ?? [])) {
    const bare = action.replaceAll(/"[^"]*"|\/\*[^]*?\*\//g, '""');
    for (const [, chain = ""] of bare.matchAll(/\.(\w+(?:\.\w+)*)/g)) {
      const names = chain.split(".");
      if (names[0] !== "Values" && names[0] !== undefined) {
        loose.add(names[0]);
      }
      names.slice(1).forEach((name, index) => steps.add(`${names[index] ?? ""}.${name}`));
    }
    if (/\b(?:index|get|hasKey|dig|pluck)\b/.test(action)) {
      [...action.matchAll(/"(\w+)"/g)].forEach(([, name = ""]) => loose.add(name));
    }
  }
  return { steps, loose };
}

/** The files that put defaults, profile and the user's values together (zzz_profile.yaml, zzy_descope_legacy.yaml) take all of them and read none. */
function isPlumbing(text: string): boolean {
  return /\bset \$ "Values"|\(index \$\.Values "\w+"\)/.test(text);
}

/** `toYaml .Values.resources`, `range $key, $val := .Values.env`, `with .Values.affinity`: the last name of what is taken as a whole. */
function namesWrittenWhole(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:toYaml|toJson|range|with|merge\w*|mustMerge\w*)\b([^}]*)/g)].flatMap((match) =>
    [...(match[1] ?? "").matchAll(/\.(\w+)(?![\w.])/g)].flatMap(([, name]) => name ?? []),
  );
}

function unwrap(values: Values): Values {
  const { ...rest } = values as Record<string, Json>;
  const wrapped = wrappers.flatMap((key) => {
    const inner = rest[key];
    delete rest[key];
    return isValues(inner) ? [inner] : [];
  });
  return mergeValues(...wrapped, rest);
}

async function readValues(file: string): Promise<Values> {
  try {
    const values: unknown = parse(await readFile(file, "utf8"));
    return isValues(values) ? values : {};
  } catch {
    return {};
  }
}

function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}
