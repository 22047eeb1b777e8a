/** What differs between two texts, line by line (Myers); pure. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

/** With more edits than this the rest is shown as replaced. */
const EDITS_MAX = 2000;

export function diff(before: string, after: string): DiffLine[] {
  const [a, b] = [before.split("\n"), after.split("\n")];
  const furthest: Map<number, number>[] = [];
  let reach = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= Math.min(EDITS_MAX, a.length + b.length); edits += 1) {
    furthest.push(new Map(reach));
    for (let k = -edits; k <= edits; k += 2) {
      const down =
        k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
      let x = down ? (reach.get(k + 1) ?? 0) : (reach.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x += 1;
        y += 1;
      }
      reach.set(k, x);
      if (x >= a.length && y >= b.length) return walkBack(a, b, furthest);
    }
    reach = new Map(reach);
  }
  return [
    ...a.map((text) => ({ kind: "removed" as const, text })),
    ...b.map((text) => ({ kind: "added" as const, text })),
  ];
}

function walkBack(a: string[], b: string[], furthest: Map<number, number>[]): DiffLine[] {
  const found: DiffLine[] = [];
  let [x, y] = [a.length, b.length];
  for (let edits = furthest.length - 1; edits >= 0; edits -= 1) {
    const reach = furthest[edits] as Map<number, number>;
    const k = x - y;
    const down =
      k === -edits || (k !== edits && (reach.get(k - 1) ?? -1) < (reach.get(k + 1) ?? -1));
    const from = down ? k + 1 : k - 1;
    const startX = edits === 0 ? 0 : (reach.get(from) ?? 0);
    const startY = edits === 0 ? 0 : startX - from;
    while (x > startX && y > startY) {
      if (edits > 0 && (down ? x === startX : y === startY)) break;
      x -= 1;
      y -= 1;
      found.push({ kind: "same", text: a[x] as string });
    }
    if (edits === 0) break;
    if (down) {
      y -= 1;
      found.push({ kind: "added", text: b[y] as string });
    } else {
      x -= 1;
      found.push({ kind: "removed", text: a[x] as string });
    }
  }
  return found.reverse();
}
