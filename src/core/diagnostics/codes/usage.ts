import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM001-ISM049: the command line itself; ISM050-ISM099: values on it that the commands look at. */
export const usageCodes = {
  ISM001: {
    summary: "Unknown command",
    explanation:
      "The first word after `isthmus` (or the second, below a noun such as `sandbox`) is the command. `isthmus --help` lists all of them.",
  },
  ISM002: {
    summary: "Unknown option",
    explanation:
      "The command has no option of that name. `isthmus help COMMAND` lists the options of a command; the global ones work before and after every command.",
  },
  ISM003: {
    summary: "An argument is missing",
    explanation: "The command needs a value that stands on the line without a flag. Its help shows which, in capitals.",
  },
  ISM004: {
    summary: "An option has no value",
    explanation:
      "The option takes a value, after a space or an equals sign, and where the value should be the line ends or has another option.",
  },
  ISM005: {
    summary: "Not a value that the option takes",
    explanation:
      "The value is none of the words that the option knows, not a number within its bounds, or not a duration. Durations are written as in Go (`90s`, `10m`, `1h30m`), and `14d` is allowed too.",
  },
  ISM006: {
    summary: "Too many arguments",
    explanation:
      "There are more words on the line than the command takes. Mostly a value has spaces and is not in quotes, or an option's value was given to an option that takes none.",
  },
  ISM007: {
    summary: "Nobody can be asked",
    explanation:
      "Commands that change something show what they would do and ask. Here nobody can answer, because stdin or stderr is not a terminal, so nothing was changed. With --yes the command does not ask; use it in scripts and pipelines, after a look at the plan.",
  },
  ISM008: {
    summary: "The command needs a second word",
    explanation: "The word names a group of commands, as `sandbox` does; the word after it says what to do.",
  },
  ISM009: {
    summary: "Nothing to explain under this name",
    explanation:
      "`isthmus explain` knows the fields of the mesh file, by their path from the top or below `spec` (`clusters.network`), and the codes of all messages (`ISM104`).",
  },
  ISM010: {
    summary: "No help under this name",
    explanation: "`isthmus help` knows the commands and the topic `exit-codes`.",
  },
  ISM011: {
    summary: "Not a value that the argument takes",
    explanation: "The argument is one of a few words, which the command's help lists.",
  },
  ISM050: {
    summary: "The mesh has no such cluster",
    explanation:
      "A command was asked to do something for one cluster, and `spec.clusters` of the mesh file has none of that name. Names are those of the mesh file, not those of kubeconfig contexts.",
  },
  ISM051: {
    summary: "Not a weight",
    explanation:
      "`isthmus shift` takes one VERSION=PERCENT for each version of the service: the version's name in the mesh file, an equals sign, and a whole number from 0 to 100. The sum is 100.",
  },
  ISM052: {
    summary: "Two numbers of clusters",
    explanation:
      "`isthmus sandbox up` was asked for a number of clusters and for names, and there are more or fewer names than clusters. One of the two options is enough.",
  },
  ISM056: {
    summary: "Nothing to start from",
    explanation:
      "`isthmus init` writes a mesh file for clusters that it is told: kubeconfig contexts by --contexts, or the clusters of a Rancher by --rancher. It takes no context by itself, since a mesh joins the clusters that it has, and test and production often stand in one kubeconfig.",
  },
  ISM057: {
    summary: "No such context to start from",
    explanation:
      "The --contexts of `isthmus init` are names of kubeconfig contexts, looked for in `--kubeconfig`, else in the files of KUBECONFIG, else in ~/.kube/config, and in the kubeconfigs of running sandboxes. `kubectl config get-contexts` lists them.",
  },
  ISM058: {
    summary: "Two contexts lead to one cluster",
    explanation:
      "Two of the contexts have the same API server. A mesh with one cluster under two names would replace its objects in turn. Contexts of one cluster for several users are common; one of them is enough.",
  },
  ISM059: {
    summary: "The mesh file is there already",
    explanation: "`isthmus init` replaces no file unless --force is given. `-` as the file prints to stdout instead.",
  },
  ISM060: {
    summary: "Options that do not go together",
    explanation:
      "`isthmus init` takes its clusters either from kubeconfig contexts (--contexts) or from Rancher (--rancher, with --token-env or --token-file, --ca-file and --clusters).",
  },
  ISM061: {
    summary: "The mesh file cannot be written",
    explanation: "The folder is missing, or may not be written to. Nothing was changed.",
  },
  ISM062: {
    summary: "Facts that were kept do not change",
    explanation:
      "`isthmus check --facts-from FILE` judges what clusters had when the file was written. Waiting for it to get better would be waiting for ever.",
  },
  ISM063: {
    summary: "The events file cannot be written",
    explanation:
      "The file of `--events-to` could not be opened, or the disk is full. That is told once and stops nothing: the clusters matter more than the record of the work. The last line in the file may be cut; the next run begins a new one.",
  },
  ISM064: {
    summary: "Not a saved plan",
    explanation:
      "`isthmus apply FILE` takes a file that `isthmus plan --out FILE` wrote, of a version that this program knows. A mesh file is named with -f.",
  },
  ISM065: {
    summary: "The plan cannot be saved",
    explanation: "The folder of `--out` is missing, or may not be written to, or the disk is full.",
  },
  ISM066: {
    summary: "The saved plan decides that already",
    explanation:
      "`--cluster`, `--prune`, `--force-conflicts` and `--adopt` change what is done, and a saved plan is done exactly as it was made. They belong to the `isthmus plan --out FILE` that makes it.",
  },
  ISM067: {
    summary: "The plan has no object of that kind",
    explanation:
      "`--force-conflicts=KIND,...` takes fields over in objects of these kinds only, and nothing that would be written is of the kind. Kinds are Kubernetes' own words with their capital letters, such as Deployment or VirtualService. `--force-conflicts` alone is for all kinds.",
  },
  ISM069: {
    summary: "The temporary folder cannot be written",
    explanation:
      "istioctl, helm and kustomize work on files. isthmus writes them into a folder of its own below TMPDIR (else /tmp) and deletes it afterwards. The disk is full, or the folder may not be written to. No cluster was changed.",
  },
  ISM561: {
    summary: "Two options exclude each other",
    explanation: "Each of them asks for something that the other one leaves out.",
  },
  ISM557: {
    summary: "The connection is not named",
    explanation: "`isthmus netpol test` needs all of `--from`, `--to` and `--port`; `--protocol` is TCP without it.",
  },
} as const satisfies Record<string, CatalogueEntry>;
