/** Places for nodes: asked of the worker, kept for each structure. */
import type { ElkNode } from "elkjs/lib/elk-api.js";
import { type Direction, NODE, type Place, placeInLayers } from "./layers";
import type { Shape } from "./shape";

/** With more nodes than this the fine layout would take longer than anybody waits. */
const FINE = 100;
const KEPT = 20;
const kept = new Map<string, Map<string, Place>>();

let worker: Worker | null = null;
let last = 0;
const waiting = new Map<number, { done: (graph: ElkNode) => void; fail: (error: Error) => void }>();

function start(): Worker {
  const made = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  made.onmessage = (event: MessageEvent<{ id: number; graph?: ElkNode; error?: string }>) => {
    const { id, graph, error } = event.data;
    const asked = waiting.get(id);
    waiting.delete(id);
    if (graph) asked?.done(graph);
    else asked?.fail(new Error(error ?? "The layout failed."));
  };
  made.onerror = (event) => {
    for (const asked of waiting.values())
      asked.fail(new Error(event.message || "The layout failed."));
    waiting.clear();
    worker = null;
  };
  return made;
}

function ask(graph: ElkNode): Promise<ElkNode> {
  worker ??= start();
  last += 1;
  const id = last;
  return new Promise((done, fail) => {
    waiting.set(id, { done, fail });
    worker?.postMessage({ id, graph });
  });
}

export async function layout(shape: Shape, direction: Direction): Promise<Map<string, Place>> {
  const key = `${direction}|${shape.nodes.map((each) => `${each.id}${each.open ? "+" : ""}`).join("\n")}|${shape.edges.map((each) => each.id).join("\n")}`;
  const known = kept.get(key);
  if (known) return known;
  const few = shape.nodes.length <= FINE && shape.edges.length <= 2 * FINE;
  const places = few ? await compute(shape, direction) : placeInLayers(shape, direction);
  kept.set(key, places);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
  return places;
}

async function compute(shape: Shape, direction: Direction): Promise<Map<string, Place>> {
  const options: Record<string, string> = {
    "elk.algorithm": "layered",
    "elk.direction": direction,
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.layered.spacing.nodeNodeBetweenLayers": "48",
    "elk.spacing.nodeNode": "14",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
    "elk.layered.thoroughness": "7",
    "elk.edgeRouting": "POLYLINE",
  };
  const nodes = new Map<string, ElkNode>();
  const root: ElkNode = { id: " root", layoutOptions: options, children: [], edges: [] };
  for (const each of shape.nodes) {
    const node: ElkNode = each.open
      ? {
          id: each.id,
          children: [],
          layoutOptions: { "elk.padding": "[top=34,left=12,bottom=12,right=12]" },
        }
      : { id: each.id, ...NODE };
    nodes.set(each.id, node);
    const parent = each.parent ? nodes.get(each.parent) : root;
    (parent ?? root).children?.push(node);
  }
  root.edges = shape.edges.map((each) => ({
    id: each.id,
    sources: [each.source],
    targets: [each.target],
  }));
  const done = await ask(root);
  const places = new Map<string, Place>();
  const walk = (node: ElkNode): void => {
    for (const child of node.children ?? []) {
      places.set(child.id, {
        x: Math.round(child.x ?? 0),
        y: Math.round(child.y ?? 0),
        width: Math.ceil(child.width ?? 0),
        height: Math.ceil(child.height ?? 0),
      });
      walk(child);
    }
  };
  walk(done);
  return places;
}
