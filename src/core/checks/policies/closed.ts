import type { Check } from "../check.ts";
import { warning } from "../check.ts";
import { closedFlows, describeClosed } from "../../policies/closed-flows.ts";
import { unjudgedPolicies, unsureWays } from "./network-policies.ts";

/** What not every mesh needs. Who closes that may mean to, so it is said to those who ask only. */
export const closed: Check = {
  id: "policies/closed",
  sentence: "network policies close nothing that services and monitoring may need",
  pre: false,
  strict: true,
  unseen: (facts) => [...unjudgedPolicies(facts), ...unsureWays(facts, (optional) => optional)],
  run: (facts) =>
    closedFlows(facts)
      .filter(({ flows }) => flows.every((flow) => flow.optional === true))
      .map((one) => warning("ISM558", describeClosed(facts, one))),
};
