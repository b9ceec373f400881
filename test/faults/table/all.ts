import { partOfDay } from "../../part-of-today.ts";
import type { Fault } from "../fault.ts";
import { addedFaults } from "./added.ts";
import { addressFaults } from "./addresses.ts";
import { admissionFaults } from "./admission.ts";
import { dnsFaults } from "./dns.ts";
import { frontDoorFaults } from "./front-door.ts";
import { callerFaults } from "./callers.ts";
import { clusterAdminFaults } from "./cluster-admin.ts";
import { controlPlaneFaults } from "./control-plane.ts";
import { filterFaults } from "./filters.ts";
import { gatewayFaults } from "./gateways.ts";
import { joinFaults } from "./join.ts";
import { kubernetesFaults } from "./kubernetes.ts";
import { pairOf } from "./pairs.ts";
import { policyFaults } from "./policies.ts";
import { podFaults } from "./pods.ts";
import { routeFaults } from "./routes.ts";
import { ruleFaults } from "./rules.ts";
import { serviceFaults } from "./services.ts";
import { besideFaults } from "./beside.ts";
import { trustFaults } from "./trust.ts";

const singles: readonly Fault[] = [
  ...controlPlaneFaults,
  ...dnsFaults,
  ...gatewayFaults,
  ...joinFaults,
  ...serviceFaults,
  ...podFaults,
  ...routeFaults,
  ...policyFaults,
  ...frontDoorFaults,
  ...trustFaults,
  ...besideFaults,
  ...addedFaults,
  ...callerFaults,
  ...filterFaults,
  ...admissionFaults,
  ...addressFaults,
  ...ruleFaults,
  ...kubernetesFaults,
  ...clusterAdminFaults,
];

function named(what: string): Fault {
  const found = singles.find((one) => one.what === what);
  if (found === undefined) {
    throw new Error(`no fault is called ${what}`);
  }
  return found;
}

/** Pairs that a report must tell apart. */
const pairs = [
  ["the ingress gateway of west is scaled to 0", "port 15443 of east leads to a port at which nothing listens"],
  ["west's DestinationRule has lost a version", "a quota in namespace sample of east has no room for a sidecar"],
  ["a NetworkPolicy denies everything in namespace shop of west", "v2 of the shop is scaled to 0"],
  ["the remote secret for east is missing in west", "the network label is missing at the east-west Service of west"],
  [
    "PeerAuthentication switches mTLS off in namespace sample of west",
    "an AuthorizationPolicy denies GET in namespace shop of west",
  ],
] as const;

/** Every fault that the harness injects, in the order of its run. */
export const faults: readonly Fault[] = [
  ...singles,
  ...pairs.map(([first, second]) => pairOf(named(first), named(second))),
];

/** Of the faults another seventy-second each day; `test/soak/faults.test.ts` injects all of them. */
export function faultsOfToday(): readonly Fault[] {
  return partOfDay(faults, 72);
}
