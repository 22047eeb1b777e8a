/** From a structure and the open groups to what is drawn: nodes, and edges between them; pure. */
import type { Cell, Counts, GraphNode, Structure } from "@/api/shapes";

export interface Drawn {
  /** a task, a folded group, or an open group around its members */
  id: string;
  parent: string | null;
  node: GraphNode;
  open: boolean;
  /** tasks it stands for */
  tasks: string[];
}

export interface DrawnEdge {
  id: string;
  source: string;
  target: string;
  label: string | null;
  /** how many dependencies it stands for */
  count: number;
}

export interface Shape {
  nodes: Drawn[];
  edges: DrawnEdge[];
}

export function shapeOf(
  structure: Structure,
  open: ReadonlySet<string>,
  only?: ReadonlySet<string>,
): Shape {
  const byId = new Map(structure.nodes.map((node) => [node.id, node]));
  /** Where a task is drawn: itself, or the outermost group around it that is folded. */
  const shown = new Map<string, string>();
  const tasks = new Map<string, string[]>();
  for (const node of structure.nodes) {
    if (node.kind !== "task" || (only && !only.has(node.id))) continue;
    let place = node.id;
    for (let up = node.parent; up; up = byId.get(up)?.parent ?? null) {
      const below = tasks.get(up);
      if (below) below.push(node.id);
      else tasks.set(up, [node.id]);
      if (!open.has(up)) place = up;
    }
    shown.set(node.id, place);
  }
  const visible = new Set(shown.values());
  for (const id of [...visible]) {
    for (let up = byId.get(id)?.parent ?? null; up; up = byId.get(up)?.parent ?? null)
      visible.add(up);
  }
  const nodes = structure.nodes
    .filter((node) => visible.has(node.id))
    .map((node) => ({
      id: node.id,
      parent: node.parent,
      node,
      open: node.kind === "group" && open.has(node.id),
      tasks: node.kind === "group" ? (tasks.get(node.id) ?? []) : [node.id],
    }));
  const edges = new Map<string, DrawnEdge>();
  for (const edge of structure.edges) {
    const source = shown.get(edge.source);
    const target = shown.get(edge.target);
    if (!source || !target || source === target) continue;
    const id = `${source}\u0000${target}`;
    const known = edges.get(id);
    if (known) known.count += 1;
    else edges.set(id, { id, source, target, label: edge.label, count: 1 });
  }
  return { nodes: inOrder(nodes), edges: [...edges.values()] };
}

/** Parents before their members. */
function inOrder(nodes: Drawn[]): Drawn[] {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const depth = (node: Drawn): number => {
    let steps = 0;
    for (let up = node.parent; up; up = known.get(up)?.parent ?? null) steps += 1;
    return steps;
  };
  const depths = new Map(nodes.map((node) => [node.id, depth(node)]));
  return [...nodes].sort((a, b) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0));
}

/** The state of what is drawn: of one task, or counted over several. */
export function stateOf(
  drawn: Drawn,
  cells: Record<string, Cell>,
): { state: string | null; counts: Counts | null } {
  if (drawn.node.kind === "task") {
    const cell = cells[drawn.id];
    return { state: cell?.state ?? null, counts: cell?.counts ?? null };
  }
  const counts: Counts = {};
  for (const task of drawn.tasks) {
    const cell = cells[task];
    if (!cell) continue;
    for (const [state, n] of Object.entries(cell.counts ?? { [cell.state ?? "none"]: 1 })) {
      counts[state] = (counts[state] ?? 0) + n;
    }
  }
  return { state: null, counts };
}

/** What failed, with its direct neighbours. */
export function aroundFailures(structure: Structure, cells: Record<string, Cell>): Set<string> {
  const failed = new Set(
    Object.entries(cells)
      .filter(
        ([, cell]) =>
          cell.state === "failed" ||
          cell.state === "up_for_retry" ||
          (cell.counts?.failed ?? 0) > 0,
      )
      .map(([id]) => id),
  );
  const found = new Set(failed);
  for (const edge of structure.edges) {
    if (failed.has(edge.source)) found.add(edge.target);
    if (failed.has(edge.target)) found.add(edge.source);
  }
  return found;
}

/** The chain that decided how long the run took: from the last end back, the latest upstream. */
export function criticalPath(structure: Structure, cells: Record<string, Cell>): Set<string> {
  const upstream = new Map<string, string[]>();
  for (const edge of structure.edges)
    upstream.set(edge.target, [...(upstream.get(edge.target) ?? []), edge.source]);
  const end = (id: string) => cells[id]?.end_date ?? cells[id]?.start_date ?? "";
  const latest = (ids: string[]) =>
    ids
      .filter(end)
      .sort((a, b) => end(a).localeCompare(end(b)))
      .at(-1);
  const found = new Set<string>();
  let at = latest(Object.keys(cells));
  while (at && !found.has(at)) {
    found.add(at);
    at = latest(upstream.get(at) ?? []);
  }
  return found;
}
