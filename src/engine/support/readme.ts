import type { BundleFile, MissingPart } from "./collector.ts";

/** What each file is, by the form of its path; the first that fits. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/^version\.json$/, "the isthmus that made this, and when"],
  [/^mesh\.yaml$/, "the mesh file"],
  [/^facts\.json$/, "what the clusters had; isthmus check --facts-from facts.json judges it again"],
  [/^check\.json$/, "what isthmus check says of those facts"],
  [/^plan\.json$/, "what an apply would change; data of Secrets as fingerprints"],
  [/^status\.json$/, "what isthmus status -o json says"],
  [/^events\.jsonl$/, "the events of an earlier run (--events-to)"],
  [/^missing\.json$/, "what is not in here, and why"],
  [/\/kubernetes-events\.json$/, "Kubernetes' Events of the mesh's namespaces, the newest 500 of each"],
  [/\/pods\.json$/, "the pods of the mesh's namespaces"],
  [/\/objects\.json$/, "the objects that isthmus owns, as they are on the cluster"],
  [/\/rendered\.json$/, "the same objects as the mesh file asks for them"],
  [/\/istiod\/[^/]+\/log\.txt$/, "istiod's log, the newest 2000 lines"],
  [/\/istiod\/[^/]+\/log-previous\.txt$/, "istiod's log before its last restart"],
  [/\/istiod\/[^/]+\/endpointShardz\.json$/, "istiod's /debug/endpointShardz, the mesh's services only"],
  [/\/istiod\//, "a debug page of istiod"],
  [/\/gateways\/[^/]+\/stats\.txt$/, "a gateway's Envoy: the counters in use"],
  [/\/gateways\/[^/]+\/clusters\.txt$/, "a gateway's Envoy: its clusters and their endpoints"],
  [/\/gateways\/[^/]+\/config_dump\.json$/, "a gateway's Envoy: its configuration, without its secrets"],
];

/** The text of README.txt: what each file is, what is missing, what is left out on purpose. */
export function bundleReadme(
  mesh: string,
  takenAt: string,
  contents: { readonly files: readonly BundleFile[]; readonly missing: readonly MissingPart[] },
): string {
  const paths = contents.files.map((file) => file.path);
  const width = Math.max(...paths.map((path) => path.length));
  const known = paths.map((path) => {
    const meaning = meanings.find(([form]) => form.test(path))?.[1] ?? "";
    return `  ${path.padEnd(width)}  ${meaning}`.trimEnd();
  });
  const missing = contents.missing.flatMap(({ path, reasons }) => [
    `  ${path}`,
    ...reasons.map(({ code, summary, detail }) => `    ${code} ${summary}: ${detail}`),
  ]);
  return [
    `Support bundle of mesh ${mesh}, taken at ${takenAt} by isthmus support-bundle.`,
    "",
    "Read it before you hand it on: it holds names, addresses and labels of your clusters.",
    "",
    "What is in it",
    ...known,
    "",
    missing.length === 0 ? "Nothing is missing." : "What is missing, and why (missing.json has the same)",
    ...missing,
    "",
    "What is left out on purpose",
    "  The data of Secrets. Where it matters whether two are equal there is a fingerprint, <redacted:sha256:8 hex>.",
    "  Private keys, tokens, kubeconfig credentials and passwords in any text: <redacted> stands there instead. Every",
    "  value of a Secret in the mesh's namespaces is looked for in everything else, plain and as base64.",
    "  Values of fields and variables that are called password, token, secret or the like.",
    "  The gateways' access logs and the logs of your own workloads, which tell of your users.",
    "  Schemas of CustomResourceDefinitions, which are Istio's own.",
    "",
  ].join("\n");
}
