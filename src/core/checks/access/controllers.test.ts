import { expect, it } from "vitest";
import { findingsOf } from "../../testing/found-by.ts";
import { withCluster } from "../../testing/healthy-facts.ts";

const nothing = { leases: [], endpointsOfNobody: [], unseenDeployments: [], unscheduledPods: [] };

it.each([
  ["kube-scheduler", "create pods --subresource=binding --as=system:kube-scheduler"],
  [
    "kube-controller-manager",
    "update endpointslices.discovery.k8s.io --as=system:serviceaccount:kube-system:endpointslice-controller",
  ],
])("has one asked for a right of %s, where that runs and leaves its work undone", (name, right) => {
  const undone = [{ namespace: "shop", name: "web-1", seconds: 25 }];
  const facts = withCluster("east", () => ({
    controllers: {
      ...nothing,
      leases: [{ name, holder: "node-1_a", renewed: "2026-11-23T05:00:00Z", silent: 2 }],
      ...(name === "kube-scheduler" ? { unscheduledPods: undone } : { unseenDeployments: undone }),
    },
  }));
  const fixes = findingsOf("access/controllers", facts).map(({ fix }) => fix);
  expect(fixes).toEqual([
    expect.stringContaining(`kubectl --context isthmus-east auth can-i ${right} --all-namespaces`),
  ]);
});
