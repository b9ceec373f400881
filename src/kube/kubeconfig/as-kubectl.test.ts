import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import fc from "fast-check";
import { installedKubectl } from "../../providers/kustomize/testing/installed-kubectl.ts";
import { resolveContext } from "./resolve-context.ts";

const [kubectl] = installedKubectl();
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "as-kubectl-"));
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

interface Seen {
  readonly server: string | undefined;
  readonly token: string | undefined;
}

/** What kubectl makes of a context; undefined where it refuses. */
async function askKubectl(context: string, list: string): Promise<Seen | undefined> {
  const args = ["config", "view", "--raw", "--minify", "-o", "json", "--context", context];
  return new Promise((resolve) => {
    execFile(kubectl ?? "", args, { env: { HOME: folder, KUBECONFIG: list } }, (error, out) => {
      if (error !== null) {
        resolve(undefined);
        return;
      }
      const { clusters, users } = JSON.parse(out) as {
        readonly clusters: readonly { readonly cluster: { readonly server?: string } }[] | null;
        readonly users: readonly { readonly user: { readonly token?: string } }[] | null;
      };
      resolve({ server: clusters?.[0]?.cluster.server, token: users?.[0]?.user.token });
    });
  });
}

/** Names as people write them, some of which YAML takes for something else; kubectl refuses the last ones. */
const name = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("a", "kubernetes", '"12"', "2026-01-02", "1:20") },
  { weight: 1, arbitrary: fc.constantFrom("12", "yes", "0o17", "1e3") },
);
const token = fc.oneof(
  { weight: 40, arbitrary: fc.constantFrom("abc", '"4711"', "x1e3") },
  { weight: 1, arbitrary: fc.constantFrom("4711", "off", "0x10") },
);
const server = fc.constantFrom("https://one:6443", "https://two:6443");
const apart = { minLength: 1, maxLength: 3, selector: ([of]: readonly string[]) => of };

const file = fc.record({
  clusters: fc.oneof(
    { weight: 9, arbitrary: fc.uniqueArray(fc.tuple(name, server), apart) },
    fc.array(fc.tuple(name, server), { maxLength: 4 }),
  ),
  users: fc.uniqueArray(fc.tuple(name, token), apart),
  contexts: fc.uniqueArray(fc.tuple(name, name, name), apart),
});

type FileParts = typeof file extends fc.Arbitrary<infer Parts> ? Parts : never;

function textOf({ clusters, users, contexts }: FileParts): string {
  return [
    "apiVersion: v1\nkind: Config",
    `clusters: [${clusters.map(([of, at]) => `{name: ${of}, cluster: {server: "${at}"}}`).join(", ")}]`,
    `users: [${users.map(([of, secret]) => `{name: ${of}, user: {token: ${secret}}}`).join(", ")}]`,
    `contexts: [${contexts.map(([of, cluster, user]) => `{name: ${of}, context: {cluster: ${cluster}, user: ${user}}}`).join(", ")}]`,
  ].join("\n");
}

it.skipIf(kubectl === undefined)(
  "lists of kubeconfigs lead where kubectl says, or are refused with a reason",
  async () => {
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 3 }), name, async (files, asked) => {
        const paths = files.map((_, index) => path.join(folder, `${index}.yaml`));
        await Promise.all(files.map(async (one, index) => writeFile(paths[index] ?? "", textOf(one))));
        const list = [path.join(folder, "absent.yaml"), ...paths].join(path.delimiter);
        const wanted = asked.replaceAll('"', "");
        const [theirs, ours] = await Promise.all([
          askKubectl(wanted, list),
          resolveContext({ cluster: "c", context: wanted, env: { HOME: folder, KUBECONFIG: list }, extraFiles: [] }),
        ]);
        if (ours.kind === "resolved") {
          outcomes.add("resolved");
          expect(theirs).toEqual({ server: ours.context.server, token: ours.context.user.token?.expose() });
          return;
        }
        const codes = new Set(ours.diagnostics.map((one) => one.code));
        codes.forEach((code) => outcomes.add(code));
        if (codes.has("ISM512") || codes.has("ISM513") || codes.has("ISM251")) {
          expect(theirs).toBeUndefined();
        } else {
          // Where kubectl goes on in silence: with another file's entry, or with none.
          expect([...codes].every((code) => code === "ISM514" || code === "ISM253")).toBe(true);
        }
      }),
      { numRuns: 80, seed: 20260729 },
    );
    expect([...outcomes].toSorted()).toEqual(["ISM251", "ISM253", "ISM512", "ISM513", "ISM514", "resolved"]);
  },
);
