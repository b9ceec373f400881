import { serviceHost } from "../../render/names.ts";
import type { Check, Finding } from "../check.ts";
import { problem, warning } from "../check.ts";
import { kubectl } from "../commands.ts";
import type { ReachedCluster } from "../facts.ts";
import { meshClusters } from "../reached.ts";
import { nodes, objectOf, wayToIstiod } from "../subjects.ts";

type Dns = NonNullable<ReachedCluster["system"]["dns"]>;

/** Proxies find istiod, and clients find services, by name. */
export const clusterDns: Check = {
  id: "network/cluster-dns",
  sentence: "the pods of every cluster's DNS answer",
  pre: true,
  unseen: (facts) =>
    meshClusters(facts).flatMap(({ cluster, system: { dns } }) => {
      const [silent] = (dns?.answers ?? []).filter(({ problem: why }) => why !== undefined);
      // Where the application itself does not answer that is a finding.
      return silent?.problem === undefined || !isRefused(silent.problem)
        ? []
        : [`${silent.pod} of ${cluster} could not be asked for a name: ${silent.problem}`];
    }),
  run: (facts) =>
    meshClusters(facts).flatMap((one) => {
      const { dns } = one.system;
      if (dns === undefined) {
        return [];
      }
      const object = { group: "", kind: "Service", namespace: "kube-system", name: dns.name };
      const found = dns.ready === 0 ? withoutPods(one, dns) : wrongAnswers(one, dns);
      return found === undefined
        ? []
        : [
            {
              ...found,
              cluster: one.cluster,
              object,
              breaks: found.breaks ?? [wayToIstiod(one.cluster)],
              needs: [nodes(one.cluster), objectOf(one.cluster, object)],
            },
          ];
    }),
};

/** What follows from names that are not found. */
const lost =
  "Clients do not find services, a proxy that starts does not find istiod, and gateways whose address is a name are lost.";

/** An account that may not open a way to a pod, or a way that is cut. */
function isRefused(why: string): boolean {
  return why.startsWith(noWay) || /forbidden|not allowed|\b40[13]\b/i.test(why);
}

/** What the reader says of a port-forward that does not come about in its time. */
export const noWay = "no way to the pod was opened";

function withoutPods(one: ReachedCluster, dns: Dns): Finding {
  const { halted = [], unused = [] } = dns;
  const why =
    unused.length > 0
      ? `, since it selects ${describeLabels(dns.selector)} and ${unused.join(", ")} ${unused.length === 1 ? "has" : "have"} other labels`
      : haltedWords(halted);
  return problem("ISM493", {
    detail: `Service kube-system/${dns.name} of ${one.cluster} has no ready endpoint${why}: no name is resolved there. ${lost}`,
    ...(unused.length > 0 ? selectAgain(one, dns) : wayBack(one, halted)),
  });
}

/** The first that is wrong: where pods ask, where the Service leads, and what is answered there. */
function wrongAnswers(one: ReachedCluster, dns: Dns): Finding | undefined {
  const where = `Service kube-system/${dns.name} of ${one.cluster}`;
  const udp = (dns.ports ?? []).findIndex(({ protocol }) => protocol === "UDP");
  const port = dns.ports?.[udp];
  if (port !== undefined && !(dns.ports ?? []).some((each) => each.protocol === "UDP" && each.port === dnsPort)) {
    return problem("ISM598", {
      detail: `${where} takes look-ups at port ${port.port}, and pods ask at ${dnsPort}. ${lost}`,
      fix: "Give it the port again that all pods ask at.",
      commands: [replaceInService(one, dns, `/spec/ports/${udp}/port`, dnsPort)],
    });
  }
  const silent = (dns.answers ?? []).filter(({ problem: why }) => why !== undefined && !isRefused(why));
  if (silent.length > 0) {
    return silentPods(one, dns, { silent, where, udp });
  }
  const wrong = (dns.answers ?? []).filter(({ says }) => says !== undefined && says !== "NOERROR");
  const [first] = wrong;
  return first === undefined ? lostNames(one, dns) : strangeNames(one, dns, `${first.pod} answers ${first.says ?? ""}`);
}

/**
 * Names of Services that are there, which the DNS does not know or leads
 * elsewhere. Those without an address of their own are left out: what is said
 * of them goes by their pods.
 */
function lostNames(one: ReachedCluster, { answers = [] }: Dns): Finding | undefined {
  const addresses = new Map(
    one.services.flatMap(({ service, present, headless, addresses: own = [] }) => {
      const ipv4 = own.filter((address) => !address.includes(":"));
      const [namespace = "", name = ""] = service.split("/");
      return present && !headless && ipv4.length > 0 ? [[serviceHost({ namespace, name }), ipv4] as const] : [];
    }),
  );
  const wrong = answers.flatMap(({ pod, names = [] }) =>
    names.flatMap(({ host, says, addresses: said }) => {
      const own = addresses.get(host);
      const isKnown = says === "NOERROR" && said.length > 0;
      return own === undefined || (isKnown && said.some((address) => own.includes(address)))
        ? []
        : [
            {
              isKnown,
              words: `${pod} answers ${isKnown ? said.join(", ") : says === "NOERROR" ? "no address" : says} for ${host}, whose Service has ${own.join(", ")}`,
            },
          ];
    }),
  );
  const words = wrong.map((each) => each.words);
  // Another address may be meant, and what a sidecar does goes by the port and the host of a request.
  return wrong.length === 0
    ? undefined
    : (wrong.every(({ isKnown }) => isKnown) ? warning : problem)("ISM598", {
        detail: `The DNS of ${one.cluster} does not know Services of the mesh as they are: ${words.slice(0, 4).join("; ")}${words.length > 4 ? `; and ${words.length - 4} more` : ""}. Clients there do not find them.`,
        fix: `Whoever runs the cluster's DNS has to decide about what answers for these names before plugin kubernetes does (template, rewrite, hosts, forward): ${kubectl(one, "-n", "kube-system", "get", "configmaps", "-o", "yaml")}`,
        breaks: [],
      });
}

const dnsPort = 53;

function silentPods(
  one: ReachedCluster,
  dns: Dns,
  {
    silent,
    where,
    udp,
  }: { readonly silent: NonNullable<Dns["answers"]>; readonly where: string; readonly udp: number },
): Finding {
  const [first] = silent;
  const own = dns.pods.flatMap(({ ports }) => ports).find(({ protocol }) => protocol === "UDP")?.port;
  const detail = `${where} leads to port ${dns.targetPort ?? 0} of ${silent.map(({ pod }) => pod).join(", ")}, and nothing there answers for DNS (${first?.problem ?? ""}). ${lost}`;
  if ((dns.unused ?? []).length > 0) {
    return problem("ISM598", { detail, ...selectAgain(one, dns) });
  }
  return own !== undefined && own !== dns.targetPort
    ? problem("ISM598", {
        detail,
        fix: `Have it lead to port ${own} again, at which its pods say that they listen.`,
        commands: [replaceInService(one, dns, `/spec/ports/${udp}/targetPort`, own)],
      })
    : problem("ISM598", {
        detail,
        fix: `Whoever runs the cluster's DNS has to see what its pods say: ${kubectl(one, "-n", "kube-system", "logs", first?.pod ?? "", "--tail=20")}`,
      });
}

function strangeNames(one: ReachedCluster, { configuration, pods }: Dns, what: string): Finding {
  const detail = `The DNS of ${one.cluster} does not know kubernetes.default.svc.cluster.local, which is the name of a Service in every cluster: ${what}`;
  if (
    configuration === undefined ||
    configuration.zones.length === 0 ||
    configuration.zones.includes("cluster.local")
  ) {
    return problem("ISM598", {
      detail: `${detail}. ${lost}`,
      fix: `Whoever runs the cluster's DNS has to see what it is told: ${kubectl(one, "-n", "kube-system", "get", "configmap", configuration?.name ?? "coredns", "-o", "yaml")}`,
    });
  }
  const { name, zones, writer } = configuration;
  const by =
    writer === undefined || writer.manager === "" ? "" : `, written last by ${writer.manager} at ${writer.time}`;
  const owner = pods.find((pod) => pod.owner?.kind === "Deployment")?.owner?.name;
  const get = kubectl(one, "-n", "kube-system", "get", "configmap", name, "-o", "yaml");
  const replace = kubectl(one, "-n", "kube-system", "replace", "-f", "-");
  return problem("ISM598", {
    detail: `${detail}. ConfigMap kube-system/${name}${by} has it serve ${zones.join(", ")}. ${lost}`,
    fix: "Have it serve cluster.local as well, also where its configuration is written down.",
    commands: [
      `${get} | sed -E 's/^( *kubernetes )/\\1cluster.local /' | ${replace}`,
      ...(owner === undefined ? [] : [kubectl(one, "-n", "kube-system", "rollout", "restart", "deployment", owner)]),
    ],
  });
}

function describeLabels(labels: Readonly<Record<string, string>> = {}): string {
  const words = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return words.length === 0 ? "nothing" : words.join(",");
}

function selectAgain(one: ReachedCluster, dns: Dns): Pick<Finding, "fix" | "commands"> {
  return {
    fix: "Have it select the pods of the DNS again.",
    commands: [replaceInService(one, dns, "/spec/selector", { "k8s-app": "kube-dns" })],
  };
}

function replaceInService(one: ReachedCluster, { name }: Dns, path: string, value: unknown): string {
  const operations = JSON.stringify([{ op: "replace", path, value }]);
  return kubectl(one, "-n", "kube-system", "patch", "service", name, "--type=json", "-p", operations);
}

function haltedWords(halted: readonly string[]): string {
  return halted.length === 0
    ? ""
    : `, since ${halted.map((name) => `Deployment kube-system/${name}`).join(" and ")} ${halted.length === 1 ? "is" : "are"} scaled to 0`;
}

/** Two pods, as kubeadm and most distributions run them. */
function wayBack(
  one: ReachedCluster,
  halted: readonly string[],
): { readonly fix: string; readonly commands?: readonly string[] } {
  const look = kubectl(one, "-n", "kube-system", "get", "deployments,pods", "-l", "k8s-app=kube-dns");
  return halted.length === 0
    ? { fix: `Whoever runs the cluster has to bring the pods back; see what keeps them: ${look}` }
    : {
        fix: "Scale it up again, to as many pods as it had.",
        commands: halted.map((name) => kubectl(one, "-n", "kube-system", "scale", "deployment", name, "--replicas=2")),
      };
}
