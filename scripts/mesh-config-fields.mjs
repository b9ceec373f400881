// Writes src/core/releases/mesh-config-fields.ts: the fields of Istio's MeshConfig, from the .proto files of istio.io/api.
//
//   node scripts/mesh-config-fields.mjs "$(go mod download -json istio.io/api@v1.31.1 | jq -r .Dir)" 1.31.1
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const [folder, version] = process.argv.slice(2);
if (folder === undefined || version === undefined) {
  throw new Error("usage: mesh-config-fields.mjs FOLDER-OF-ISTIO-API VERSION");
}
const files = ["config.proto", "proxy.proto", "network.proto"].map((name) => path.join(folder, "mesh/v1alpha1", name));

/** Message by its full name, `MeshConfig.TLSConfig`, with its fields and their types as written. */
const messages = new Map();
const enums = new Set();

for (const file of files) {
  const text = readFileSync(file, "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/\/\/.*$/gm, "");
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[\w.]+|[{}<>,;=[\]()]/g) ?? [];
  const scopes = [];
  let statement = [];
  let brackets = 0;
  for (const token of tokens) {
    if (token === "[") {
      brackets += 1;
    }
    if (token === "]") {
      brackets -= 1;
    }
    if (brackets > 0 || token === "]") {
      continue;
    }
    if (token === "{") {
      const [kind, name] = statement;
      const outer = scopes.filter((one) => one.kind === "message").map((one) => one.name);
      scopes.push({ kind, name });
      if (kind === "message") {
        messages.set([...outer, name].join("."), new Map());
      }
      if (kind === "enum") {
        enums.add([...outer, name].join("."));
      }
      statement = [];
    } else if (token === "}") {
      scopes.pop();
      statement = [];
    } else if (token === ";") {
      const inside = scopes.at(-1)?.kind;
      const equals = statement.indexOf("=");
      if (
        (inside === "message" || inside === "oneof") &&
        equals > 1 &&
        !["option", "reserved"].includes(statement[0])
      ) {
        const owner = scopes
          .filter((one) => one.kind === "message")
          .map((one) => one.name)
          .join(".");
        const type = statement.slice(0, equals - 1).filter((word) => !["repeated", "optional"].includes(word));
        messages.get(owner).set(statement[equals - 1], type);
      }
      statement = [];
    } else {
      statement.push(token);
    }
  }
}

/** The full name of a message that a type means within `owner`; undefined for texts, numbers, enums and messages of other files. */
function resolve(type, owner) {
  const parts = owner.split(".");
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const name = [...parts.slice(0, depth), type].join(".");
    if (messages.has(name)) {
      return name;
    }
    if (enums.has(name)) {
      return undefined;
    }
  }
  return undefined;
}

const camel = (name) => name.replaceAll(/_([a-z\d])/g, (_, letter) => letter.toUpperCase());
const table = {};
const queue = ["MeshConfig"];
for (const owner of queue) {
  const fields = [];
  for (const [name, type] of messages.get(owner)) {
    // A map's values are what is looked into: map < string , Type >.
    const isMap = type[0] === "map";
    const target = resolve(isMap ? type[4] : type[0], owner);
    fields.push(target === undefined ? camel(name) : `${camel(name)}:${isMap ? "*" : ""}${target}`);
    if (target !== undefined && !queue.includes(target)) {
      queue.push(target);
    }
  }
  table[owner] = fields.join(" ");
}

const out = path.join(import.meta.dirname, "../src/core/releases/mesh-config-fields.ts");
writeFileSync(
  out,
  `/**
 * The fields of Istio's MeshConfig, by message, with blanks between them. A
 * field is followed by the message that it holds (\`*\` before it: a map of
 * such), or by nothing where everything below it is somebody else's: texts,
 * numbers, messages of other APIs. Written by scripts/mesh-config-fields.mjs
 * from istio.io/api ${version} (mesh/v1alpha1, https://github.com/istio/api);
 * do not edit.
 */
export const meshConfigFields: Readonly<Record<string, string>> = ${JSON.stringify(table, undefined, 2)};

/** The minor release whose fields these are. */
export const meshConfigRelease = ${JSON.stringify(version.split(".").slice(0, 2).join("."))};
`,
);
