import { expect, it } from "vitest";
import { readQuotas } from "./read-policies.ts";
import { signal, wireCluster, wireObject } from "./testing/wire-cluster.ts";

it("reads what the quotas of the given namespaces allow and what of it is used", async () => {
  const quota = (namespace: string, name: string, status: object | undefined) =>
    wireObject("ResourceQuota", { namespace, name }, status === undefined ? {} : { status });
  const { client } = await wireCluster([
    quota("sample", "small", { hard: { pods: "10", "limits.cpu": "4" }, used: { pods: "3" } }),
    quota("sample", "new", undefined),
    quota("other", "elsewhere", { hard: { pods: "1" } }),
  ]);
  expect(await readQuotas(client, ["sample"], signal)).toEqual([
    {
      namespace: "sample",
      name: "small",
      resources: { pods: { hard: "10", used: "3" }, "limits.cpu": { hard: "4", used: "0" } },
    },
    { namespace: "sample", name: "new", resources: {} },
  ]);
});
