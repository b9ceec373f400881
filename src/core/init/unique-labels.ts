const longest = 63;

/**
 * A DNS-1123 label for each name, in the same order, no two the same. A name
 * that is one already keeps it (the first of equal ones); all others are made
 * as near as letters, digits and dashes allow, with a number where that is taken.
 */
export function uniqueLabels(names: readonly string[]): readonly string[] {
  const labels = names.map(nearestLabel);
  const kept = labels.map((label, index) => label === names[index] && names.indexOf(label) === index);
  const taken = new Set(labels.filter((_, index) => kept[index]));
  return labels.map((label, index) => {
    if (kept[index] === true) {
      return label;
    }
    const free = firstFree(label, taken);
    taken.add(free);
    return free;
  });
}

function nearestLabel(name: string): string {
  const near = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, (other) => (/^-+$/.test(other) ? other : "-"));
  const label = trim(near);
  return label === "" ? "cluster" : label;
}

function firstFree(label: string, taken: ReadonlySet<string>): string {
  let free = label;
  for (let number = 2; taken.has(free); number += 1) {
    const end = `-${number}`;
    free = trim(label.slice(0, longest - end.length)) + end;
  }
  return free;
}

/** The end is cut first: cutting may leave a dash there. */
function trim(text: string): string {
  return text.replace(/^-+/, "").slice(0, longest).replace(/-+$/, "");
}
