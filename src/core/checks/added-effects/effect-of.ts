import type { Effect, Place, Rule } from "./effect.ts";
import { rulesOfIstio } from "./of-istio.ts";
import { rulesOfServices } from "./of-services.ts";

/** Of these fields other checks say more: routes/visibility, services/sidecars, services/sidecar-ports, network/pod-labels. */
const ofOtherChecks: readonly Rule[] = [
  { kind: /^(?:VirtualService|DestinationRule)$/, field: /^\/spec\/exportTo(?:\/|$)/, effect: undefined },
  { kind: /^Service$/, field: /^\/metadata\/annotations\/networking\.istio\.io~1exportTo$/, effect: undefined },
  {
    kind: /./,
    field:
      /^\/spec\/template\/metadata\/(?:labels|annotations)\/(?:sidecar\.istio\.io~1inject|traffic\.sidecar\.istio\.io~1(?:in|ex)cludeInboundPorts|topology\.istio\.io~1network)$/,
    effect: undefined,
  },
];

/** The first that fits a field says what it does. */
const rules: readonly Rule[] = [...ofOtherChecks, ...rulesOfServices, ...rulesOfIstio];

/** Values that Kubernetes gives a field by itself: written out they change nothing. */
const defaults: Readonly<Record<string, string>> = {
  "/spec/sessionAffinity": '"None"',
  "/spec/internalTrafficPolicy": '"Cluster"',
  "/spec/externalTrafficPolicy": '"Cluster"',
  "/spec/ipFamilyPolicy": '"SingleStack"',
  "/spec/type": '"ClusterIP"',
  "/spec/ports/*/protocol": '"TCP"',
  "/spec/publishNotReadyAddresses": "false",
  "/spec/paused": "false",
};

/** What an added field does; undefined where there is nothing to say of it. */
export function effectOf(place: Place): Effect | undefined {
  const { field, object } = place;
  const pointer = field.pointer.replaceAll(/\/\d+(?=\/|$)/g, "/*");
  if (defaults[pointer] !== undefined && defaults[pointer] === field.value) {
    return undefined;
  }
  const rule = rules.find(
    (one) => one.kind.test(object.id.kind) && one.field.test(pointer) && one.when?.(place) !== false,
  );
  return rule === undefined ? { harms: false, words: "", breaks: [] } : rule.effect?.(place);
}
