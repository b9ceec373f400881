import type { CatalogueEntry } from "../catalogue-entry.ts";

export const applyCodes = {
  ISM300: {
    summary: "A step failed for an unexpected reason",
    explanation:
      "Something failed that this program does not know by name. What was done stays done, and the same command can be run again.",
  },
  ISM304: {
    summary: "istiod does not see the other clusters",
    explanation:
      "The remote secrets are there, but an istiod does not report the other cluster as synced. Mostly it cannot reach the other cluster's API server at the address in the secret, or does not trust its certificate. The address is the one of the kubeconfig context, or `spec.clusters[].endpoint`; it must work from inside the clusters.",
  },
  ISM305: {
    summary: "The route is not applied yet",
    explanation:
      "`isthmus shift` changes the weights of a route that is there. It changes no cluster as long as one of the reachable ones does not have the route.",
  },
  ISM306: {
    summary: "A cluster of a new mesh does not answer",
    explanation:
      "No reachable cluster carries this mesh yet, and one of its clusters does not answer. That is more likely a mistake in the mesh file than an outage, so nothing is changed anywhere. Once a mesh stands, a cluster that is unavailable does not stop an apply for the others.",
  },
  ISM307: {
    summary: "An ingress gateway does not get the endpoints",
    explanation:
      "Everything is applied and istiod says that all clusters are synced, but the ingress gateway's own endpoint table is not what the clusters together run and offer. Synced is not proof: a gateway without address, a missing network label or a proxy that lost its istiod show only here.",
  },
  ISM308: {
    summary: "Somebody else is changing the mesh",
    explanation:
      "Whatever changes a mesh (`apply`, `remove`, `shift`) first takes a Lease in each of its clusters, `kube-system/isthmus-NAME`, so that two never work at the same time. Somebody else has it. The message says who (user, host and process) and since when. It is renewed every 10 seconds; one that is not renewed for 30 seconds is taken over by the next command, and one whose process was killed on the same machine at once. Nothing was changed; try again later (exit code 75).",
  },
  ISM309: {
    summary: "The plan is stale",
    explanation:
      "Between the plan and its apply somebody else changed what the plan was made of: the mesh file, an object that it writes, or the record of what isthmus owns in a cluster. Doing the plan all the same would undo that unseen. Nothing was changed; make a new plan (exit code 75).",
  },
  ISM310: {
    summary: "Somebody else took over",
    explanation:
      "This command did not renew its Lease in time: the machine slept, the process was stopped, or the cluster could not be reached. Another command has taken the Lease meanwhile, so this one changes nothing more on that cluster.",
  },
  ISM311: {
    summary: "An object is kept",
    explanation:
      'An object that isthmus made and would delete carries the annotation isthmus.dev/keep: "true". It stays as it is, and isthmus no longer counts it as its own.',
  },
  ISM312: {
    summary: "A namespace stays, others use it",
    explanation:
      "A namespace that isthmus made holds workloads, services, volumes, ConfigMaps or Secrets that isthmus does not own. Deleting the namespace would delete them, so only what isthmus set on it is taken back.",
  },
  ISM313: {
    summary: "A definition stays, others use its kind",
    explanation:
      "A CustomResourceDefinition that isthmus made has objects that isthmus does not own, routes of another team for example. Deleting the definition would delete them in every namespace.",
  },
  ISM315: {
    summary: "Objects that are there already are not isthmus' own",
    explanation:
      "The mesh asks for objects that are in a cluster and that isthmus has not made: neither the mesh's inventory lists them nor has the field manager `isthmus` applied them. `--adopt unowned`, the default, takes over what no other tool claims, and refuses what belongs to another mesh, has an owner, was applied by another field manager than kubectl or carries the mark of Helm, Argo CD, Flux, kapp or another inventory; namespaces are shared and always taken. `--adopt never` refuses every one, `--adopt all` none. Fields with other values are a matter of their own (ISM268). What was adopted is given back by `isthmus remove`, not deleted.",
  },
  ISM316: {
    summary: "The Lease could not be renewed in time",
    explanation:
      "While a command works on a mesh it renews its Lease in every cluster, and before every write it makes sure that the last renewal is recent. A cluster, or a machine, that takes more than 15 s for a renewal gets no more writes, since another command may take the Lease over after 30 s.",
  },
  ISM318: {
    summary: "istiod still knows a cluster that has left",
    explanation:
      "The remote secret of a cluster that is no longer in the mesh file was deleted, and an istiod goes on reporting that cluster. Until it lets go, proxies may be sent to what runs there. The same command again goes on waiting.",
  },
  ISM319: {
    summary: "Istio's webhook does not answer",
    explanation:
      "Istio's objects are judged by a webhook of istiod, which refuses every change while no istiod answers. A plan then cannot ask the API server what an apply of these objects would change, and compares them with what is there. An apply brings istiod up first, so that it can be the remedy itself.",
  },
  ISM767: {
    summary: "An object that an apply would write is being deleted",
    explanation:
      "Somebody has deleted it, and finalizers hold it. The API server takes a write to it, and the write is gone with the object whenever the last finalizer is taken away, also long after the apply. A plan warns of it; an apply does everything else, does not wait for the object, and ends with exit code 4. The object has to be gone before an apply can make it again.",
  },
  ISM320: {
    summary: "A workload of the mesh is scaled to 0",
    explanation:
      "A Deployment that the mesh needs has `replicas: 0`. Istio's manifests name no number, so that an autoscaler or a person may set it, and an apply leaves it as it is. Everything else is applied, but the mesh does not work there: the exit code is 4. The command of the fix starts it again; an autoscaler, if there is one, takes over from there. A version of a service that is scaled to 0 is a warning, since that may be meant.",
  },
  ISM321: {
    summary: "A proxy refuses its configuration",
    explanation:
      "istiod made of the objects in the cluster what Envoy does not accept, and Envoy went on with what it had (a NACK). From then on nothing of that kind changes in that proxy, also not what is right in itself: one regular expression that RE2 refuses freezes all routes of a gateway, while the API server says yes to everything. Istio's validating webhook refuses most of such objects; it cannot for those that were written while it was not there. The detail has Envoy's words and, where they can be found, the objects.",
  },
  ISM322: {
    summary: "A proxy has not taken the change",
    explanation:
      "What was applied is stored, but a proxy does not have it after the time that was given: it is not connected to an istiod, istiod is busy or has not seen the change, or the proxy hangs. Requests through it go as before. Gateways are asked for the routes that they hold, all others by what they have acknowledged to istiod.",
  },
  ISM323: {
    summary: "It is not proven that gateways have taken the change",
    explanation:
      "The change is stored, and there was no ingress gateway that could be asked whether it obeys: it has no ready pods, or the account may not open a port-forward to them. Whoever makes a shift needs `get` and `list` on pods and `create` on `pods/portforward` in istio-system for that proof.",
  },
  ISM529: {
    summary: "A route is applied, and its gateways have no certificate for it",
    explanation:
      "The ingress gateways hold the route and were told to show the certificate of its Secret, which istiod has not sent them: the Secret is missing in that cluster, cannot be read, or has a key that is not its certificate's. They reset TLS connections for the route's hosts, whatever its weights are. Everything else is applied: the exit code is 4. When the Secret is there, istiod sends it within a second, and nothing has to be applied again.",
  },
  ISM666: {
    summary: "A certificate is not issued, and cert-manager has given up",
    explanation:
      "A Certificate says only that it is being issued; why it is not is said by its Challenges, its Order and its CertificateRequest, and this is what they say. After an order that failed cert-manager waits an hour before it tries again, and longer each time, so that waiting is no use. What refused the order (the ACME server, the DNS server, a page that nobody could read) has to be put right first. A new Certificate of the same name is tried at once.",
  },
  ISM324: {
    summary: "Istio does not accept what the mesh file asks for",
    explanation:
      "An object that the mesh file or a service's manifests ask for breaks a rule of Istio's own, such as a regular expression that RE2 refuses or weights whose sum is 0. It was asked of the istioctl of the mesh's version before anything was written. istiod's webhook would refuse it; written while there is no webhook, it makes gateways refuse their whole configuration (ISM321).",
  },
  ISM341: {
    summary: "Not a part of the mesh that can be meant",
    explanation:
      "A command names a service, a namespace or a route that the mesh file does not have, or names several at once where one is needed. Names are those of the mesh file.",
  },
  ISM342: {
    summary: "A version that is to get requests cannot answer them",
    explanation:
      "A shift gives a version more requests than before, and no pod of it is ready in any cluster that runs it, or an ingress gateway has no endpoint of it. All requests of its share would fail with 503. Nothing was changed: neither the mesh file nor a cluster. --force changes the weights all the same.",
  },
  ISM343: {
    summary: "An ingress could not be looked at before the shift",
    explanation:
      "Before a shift every ingress gateway is asked whether it has endpoints of the versions that are to get more requests. Here it could not be asked, so a version without endpoints would show only in the proof afterwards.",
  },
  ISM344: {
    summary: "The shift did not end well",
    explanation:
      "Weights were changed in the mesh file and on the clusters, and then not every cluster took them, or the proof by real requests failed. What is there stays: the message names the command that goes back. With --rollback the shift goes back by itself when the proof fails. Where a cluster did not take the weights the shift has tried to take them back everywhere, and a cluster did not take that either; with --partial it has not tried.",
  },
  ISM345: {
    summary: "The shift was taken back",
    explanation:
      "The proof of the new weights failed, and --rollback put the old ones back in the mesh file and on every cluster; the exit code stays that of the failed proof, 3. Or a cluster did not take the new weights, and all clusters and the file got those back that all had before, which ends with 1: a shift happens on all clusters or on none, unless --partial is given.",
  },
  ISM870: {
    summary: "Events cannot be handed on",
    explanation:
      "`--on-event URL` posts every event of the command, signed after [Standard Webhooks](https://www.standardwebhooks.com/) by the secret in the file that `--on-event-secret` names: base64 of 24 to 64 bytes, with `whsec_` before it or not. Without a secret a receiver could not tell this program from anybody else, so that it is refused; so are a secret where no URL is named, and a URL with a user or a password, which events are not sent with. Nothing was changed.",
  },
  ISM871: {
    summary: "Events were not delivered",
    explanation:
      "What `--on-event` names did not take some events: a command that ended with another code than 0 or took more than 10 seconds, or a URL that did not answer with 2xx (no answer, 429 and 500 and above are tried three times). Work goes on meanwhile and waits for no hook; at its end the command gives what is left 30 seconds. The exit code says nothing of hooks. `--events-to FILE` has all events.",
  },
  ISM880: {
    summary: "A shift takes all clusters or none",
    explanation:
      "A cluster that has the route, by the mesh file, does not answer. With new weights in the others alone, two ingresses would split the requests of one host in different ways, and the mesh file would agree with one of them only. Nothing was changed, in the file neither. `--partial` shifts the clusters that answer: the one that is away keeps its old weights until the next `isthmus apply`, and the command ends with exit code 4.",
  },
  ISM680: {
    summary: "Nobody counts the requests of this route",
    explanation:
      "`--max-error-rate` and `--max-p99` go by what the ingress gateways count of each version's endpoints. Requests of callers inside the mesh are counted by their own sidecars, of which there may be thousands, and these are not asked. How long answers take gateways write down for subsets alone, so that `--max-p99` knows nothing of routes with `api: gatewayAPI`. What goes over the connections of a route with `protocol` no proxy reads at all.",
  },
  ISM681: {
    summary: "More requests fail than may",
    explanation:
      "With `--max-error-rate` each step of a shift is held while ingress gateways count the tries that they give to each version, by whoever asked: answers of 500 and above, resets, time-outs and connections that did not come about are failures, and a retry is a try of its own. A version that gets more requests than before is judged after every look by a test that may stop at any time: of a version that fails no more often than the limit at most one in a hundred is stopped by chance, however long it is watched; one that fails five times as often as a limit of 1 % is found within 400 tries in 95 of 100 shifts of up to four steps. Where the other versions do not fail as well the shift ends there, and with `--rollback` goes back.",
  },
  ISM682: {
    summary: "More requests fail than may, of versions that were not shifted as well",
    explanation:
      "A version that gets more requests fails more often than `--max-error-rate`, and so do the others in the same minutes: something that they share is broken, and other weights do not help. The shift stops where it is and goes neither on nor back.",
  },
  ISM683: {
    summary: "Failures of requests could not be counted",
    explanation:
      "`--max-error-rate` needs requests to count. None has reached the version while the step was held, or the ingress gateway of a cluster could not be asked. The shift stops there, and goes back with `--rollback`; `--allow-unproven` goes on.",
  },
  ISM789: {
    summary: "Answers take longer than they may",
    explanation:
      "With `--max-p99` each step of a shift is held while ingress gateways write down how long answers of each version take, from a request's end to the answer's. Late are those that take the limit or longer, those that a time-out ends, and requests that are open for so long. A version that gets more requests than before may have one late answer in a hundred, and is judged after every look by a test that may stop at any time, as its failures are (ISM681): of a version that is late no more often at most one in a hundred is stopped by chance, however long it is watched; one of which 5 % are late is found within 500 answers in 95 of 100 shifts of up to four steps. Where the other versions are not late as well the shift ends there, and with `--rollback` goes back.",
  },
  ISM790: {
    summary: "Answers take longer than they may, of other versions as well",
    explanation:
      "A version that gets more requests has more late answers than `--max-p99` leaves, and so have the others in the same minutes: something that they share is slow, and other weights do not help. The shift stops where it is and goes neither on nor back.",
  },
  ISM791: {
    summary: "Gateways do not write down how long answers of each version take",
    explanation:
      "Istio's proxies keep no statistics of their clusters unless they are told to when they start. `--max-p99` needs the histogram `upstream_rq_time` of each version's cluster, in every pod of the ingress gateways. isthmus asks for it in what it installs, by annotation `sidecar.istio.io/statsInclusionRegexps` of the gateway's pods; an apply brings it to gateways that are older. It is left out where `spec.istio.values` set `proxyStatsMatcher` in `proxy.istio.io/config` of these pods, or with a comma in an expression of `meshConfig.defaultConfig`: add `cluster\\.outbound\\|\\d+\\|[^|]+\\|[^;]*;?\\.upstream_rq_time` to its `inclusionRegexps` there. An Envoy that is too old to tell the bins of a histogram (`histogram_buckets=detailed`) is named as well. Nothing was changed.",
  },
  ISM792: {
    summary: "Times of answers could not be read",
    explanation:
      "`--max-p99` needs answers whose time gateways have written down. None of the version has come to its end while the step was held, or so many of its clients left before the answer (more than one of a hundred, and three times as many as of the other versions) that the others say little, or pods of an ingress gateway could not be asked or keep no times. The shift stops there, and goes back with `--rollback`; `--allow-unproven` goes on.",
  },
  ISM793: {
    summary: "Pods of gateways are started anew",
    explanation:
      "The apply changes the template of a gateway's pods, so that Kubernetes replaces them one by one, new ones first. New requests go to the new ones. A proxy that ends gives open requests as long as `meshConfig.defaultConfig.terminationDrainDuration` says, 5 s by default; longer downloads, streams and websockets are cut and have to be begun again. An east-west gateway passes connections through without a look into them, so that it cannot ask the proxies of other clusters to leave them: a request that is on its way there when the old pod ends is lost, one or two of a thousand at each restart under load. A cluster that is drained before has no such requests: of a hundred thousand none was lost. A newer release of Istio or of isthmus, other values of the gateway, and the statistics for `shift --max-p99` are what changes it. With `install: operator` and `rancher` something in the cluster makes the template of what isthmus asks for; the apply says then that pods may be started anew.",
  },
  ISM862: {
    summary: "Open TLS connections are ended",
    explanation:
      "An ingress gateway chooses by the name in a TLS handshake what it does with a connection: which certificate it shows, or to which pods it passes the connection through. Envoy takes another choice for a name as another filter chain, and ends the connections of the old one at the end of its drain time (`meshConfig.defaultConfig.drainDuration`, 45 s by default), whatever goes over them; until then it asks clients of HTTP to leave them with the next answer. Other hosts, another Secret or another Gateway for a host's HTTPS, and weights of a route with `protocol: tls` are such changes. A certificate that is renewed in the same Secret is none, nor are hosts of plain HTTP and the weights of requests.",
  },
  ISM346: {
    summary: "Objects of the mesh are there, and no inventory lists them",
    explanation:
      "`isthmus remove` goes by the inventory that every apply keeps in a cluster. This cluster has none, and objects with the mesh's label (`isthmus.dev/mesh`): the mesh was made from an export, by kubectl or by a GitOps tool, or somebody has deleted the inventory. Nothing was removed there. `--labelled` goes by the label, shows what that is and asks.",
  },
  ISM347: {
    summary: "Another tool keeps objects of the mesh",
    explanation:
      "Objects with the mesh's label carry the mark of Helm, Argo CD, Flux, kapp or another inventory. Those tools would make them again as soon as they look, so `isthmus remove --labelled` leaves them and ends with an exit code that is not 0.",
  },
  ISM348: {
    summary: "Not every kind could be looked at",
    explanation:
      "What carries a mesh's label is looked for among all kinds that a cluster serves. This user may not list some of them, or the server behind an aggregated API does not answer, so that objects of the mesh may be left there. So it is with the ConfigMaps that istiod has written into every namespace, where this user may not look in all of them.",
  },
  ISM530: {
    summary: "Names are published without a cluster",
    explanation:
      "A Gateway publishes the addresses of the ingress gateways of all clusters, by annotations that external-dns reads. Of some clusters no address is known: they do not answer, or have failed in this apply, or their Service has no load balancer. The names lead to the other clusters until an apply knows the missing addresses.",
  },
  ISM531: {
    summary: "There is no address to publish",
    explanation:
      "A route asks that its names be published, and no ingress gateway of the mesh has an address of a load balancer. A Gateway with an empty target would make external-dns delete or misdirect the names, so it was not written.",
  },
} as const satisfies Record<string, CatalogueEntry>;
