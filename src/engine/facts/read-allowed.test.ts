import { expect, it } from "vitest";
import type { KubeErrorKind } from "../../kube/errors.ts";
import { KubeError } from "../../kube/errors.ts";
import { readAllowed } from "./read-allowed.ts";

function refusal(kind: KubeErrorKind): KubeError {
  return new KubeError({ kind, cluster: "west", message: "nodes is forbidden" } as never);
}

it("gives the blank value of what the account may not read, with the API server's words", async () => {
  const refused = Promise.reject<readonly string[]>(refusal("forbidden"));
  expect(await readAllowed({ nodes: refused, pods: Promise.resolve([1]) }, { nodes: [], pods: [] })).toEqual({
    values: { nodes: [], pods: [1] },
    refused: [{ part: "nodes", why: expect.stringContaining("nodes is forbidden") }],
  });
});

it("rejects with what fails otherwise", async () => {
  await expect(
    readAllowed({ nodes: Promise.reject<readonly string[]>(refusal("unreachable")) }, { nodes: [] }),
  ).rejects.toThrow("forbidden");
});

it("takes a refusal for a failure where nothing stands for what is missing", async () => {
  const refused = Promise.reject<readonly string[]>(refusal("forbidden"));
  await expect(readAllowed({ nodes: refused }, undefined)).rejects.toThrow("forbidden");
});
