import type { Path } from "../mesh-file/path.ts";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { describeId, idOf } from "../model/kube-object.ts";
import type { Finding } from "./finding.ts";
import { fieldsAt, mappingsIn, podTemplateOf } from "./pod-template.ts";

type Fields = { readonly [key: string]: Json };

const handlers = ["exec", "grpc", "httpGet", "tcpSocket"] as const;
const probes = ["livenessProbe", "readinessProbe", "startupProbe"] as const;
/** Those that a success more does not make better: API servers take 1 alone. */
const once: ReadonlySet<string> = new Set(["livenessProbe", "startupProbe"]);

/**
 * Ports and probes of containers that API servers refuse, and probes of a port
 * that the container does not name, which API servers take and kubelets never
 * pass (https://kubernetes.io/docs/concepts/workloads/pods/probes/).
 */
export function checkProbes(object: KubeObject): readonly Finding[] {
  const template = podTemplateOf(object);
  if (template === undefined) {
    return [];
  }
  const { spec, path } = template;
  return ["containers", "initContainers"].flatMap((field) =>
    mappingsIn(spec[field]).flatMap((container, index) => {
      const at: Path = [...path, "spec", field, index];
      return [
        ...portFindings(object, container, at),
        ...probes.flatMap((key) => probeFindings(object, container, { at, key })),
      ];
    }),
  );
}

function portFindings(object: KubeObject, container: Fields, at: Path): readonly Finding[] {
  const names = mappingsIn(container["ports"]).map(({ name }) => name);
  return names.flatMap((name, index) => {
    const place = [...at, "ports", index, "name"];
    if (typeof name !== "string") {
      return [];
    }
    if (!isPortName(name)) {
      return [
        refused(object, place, {
          what: `is ${JSON.stringify(name)}, and the name of a container's port has small letters, digits and single hyphens, a letter among them, 15 at most`,
          fix: "Shorten it, or write it in these characters; what names the port (Services, probes) has to say the same.",
        }),
      ];
    }
    return names.indexOf(name) === index
      ? []
      : [
          refused(object, place, {
            what: `is ${JSON.stringify(name)}, as that of another port of the container`,
            fix: "Give each port a name of its own.",
          }),
        ];
  });
}

/** The form of IANA's service names (RFC 6335, 5.1), in small letters. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}

function probeFindings(
  object: KubeObject,
  container: Fields,
  { at, key }: { readonly at: Path; readonly key: (typeof probes)[number] },
): readonly Finding[] {
  const probe = fieldsAt(container, [key]);
  if (probe === undefined) {
    return [];
  }
  const place = [...at, key];
  const asked = handlers.filter((one) => probe[one] !== undefined && probe[one] !== null);
  const successes = probe["successThreshold"];
  return [
    ...(asked.length === 1
      ? []
      : [
          refused(object, place, {
            what:
              asked.length === 0
                ? "says when to ask and not how: it has none of exec, grpc, httpGet and tcpSocket"
                : `asks in ${asked.length} ways (${asked.join(", ")}), and one is allowed`,
            fix: asked.length === 0 ? "Add one of them, or take the probe away." : "Keep one of them.",
          }),
        ]),
    ...(once.has(key) && typeof successes === "number" && successes !== 1
      ? [
          refused(object, [...place, "successThreshold"], {
            what: `is ${successes}, and has to be 1 for a ${key}`,
            fix: "Leave it out; a readinessProbe may ask for more.",
          }),
        ]
      : []),
    ...asked.flatMap((handler) => unnamedPort(object, container, [...place, handler, "port"])),
  ];
}

function unnamedPort(object: KubeObject, container: Fields, at: Path): readonly Finding[] {
  const [key = "", handler = ""] = at.slice(-3);
  const port = fieldsAt(container, [String(key), String(handler)])?.["port"];
  const names = mappingsIn(container["ports"]).flatMap(({ name }) => (typeof name === "string" ? [name] : []));
  return typeof port !== "string" || /^\d+$/.test(port) || names.includes(port)
    ? []
    : [
        {
          code: "ISM872",
          severity: "error",
          object,
          at,
          detail: `${at.join(".")} of ${describeId(idOf(object))} is the port named ${JSON.stringify(port)}, and the container names ${names.length === 0 ? "no port" : `only ${names.join(", ")}`}. API servers take that, and the probe fails for ever.`,
          fix: "Name the port in the container's ports, or write its number.",
        },
      ];
}

function refused(
  object: KubeObject,
  at: Path,
  { what, fix }: { readonly what: string; readonly fix: string },
): Finding {
  return {
    code: "ISM872",
    severity: "error",
    object,
    at,
    detail: `${at.join(".")} of ${describeId(idOf(object))} ${what}. API servers refuse the object.`,
    fix,
  };
}
