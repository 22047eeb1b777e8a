/**
 * Places for many nodes at once: layers from upstream to downstream, groups around their members.
 *
 * The fine layout (layout.worker.ts) takes minutes for a thousand tasks; this one a few milliseconds,
 * as it only sorts. Each group is laid out by itself, then stands as one box among its siblings.
 * A wide layer is wrapped into columns, so that a fan of a thousand tasks fits a screen. Pure.
 */
import type { Drawn, Shape } from "./shape";

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}
export type Direction = "RIGHT" | "DOWN";

export const NODE = { width: 208, height: 46 };
const BETWEEN_LAYERS = 56;
const BETWEEN_NODES = 14;
const PAD = { top: 34, side: 12 };
const SWEEPS = 4;
/** Nodes of a layer that stand in one column whatever its shape. */
const COLUMN = 12;

interface Links {
  into: Map<string, string[]>;
  out: Map<string, string[]>;
}
interface Size {
  width: number;
  height: number;
}

export function placeInLayers(shape: Shape, direction: Direction): Map<string, Place> {
  const members = new Map<string | null, Drawn[]>();
  const parent = new Map<string, string | null>();
  const known = new Set(shape.nodes.map((node) => node.id));
  for (const node of shape.nodes) {
    const above = node.parent !== null && known.has(node.parent) ? node.parent : null;
    parent.set(node.id, above);
    push(members, above, node);
  }
  const links = liftedLinks(shape, parent);
  const places = new Map<string, Place>();

  function fill(container: string | null): Size {
    const inside = members.get(container) ?? [];
    const sizes = new Map<string, Size>();
    for (const node of inside) sizes.set(node.id, node.open ? grown(fill(node.id)) : NODE);
    const ids = inside.map((node) => node.id);
    const layers = ordered(inLayers(ids, links), links);
    return arrange(layers, links, sizes, direction, places, container === null ? 0 : PAD.side);
  }
  fill(null);
  return places;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

function grown(size: Size): Size {
  const [width, height] = [Math.ceil(size.width), Math.ceil(size.height)];
  return { width: width + 2 * PAD.side, height: height + PAD.top + PAD.side };
}

/** Each edge as one between the two siblings in which its ends lie. */
function liftedLinks(shape: Shape, parent: Map<string, string | null>): Links {
  const links: Links = { into: new Map(), out: new Map() };
  const chain = (id: string): string[] => {
    const found = [id];
    for (let up = parent.get(id) ?? null; up !== null; up = parent.get(up) ?? null) found.push(up);
    return found.reverse();
  };
  const seen = new Set<string>();
  for (const edge of shape.edges) {
    const [from, to] = [chain(edge.source), chain(edge.target)];
    let at = 0;
    while (at < from.length && at < to.length && from[at] === to[at]) at += 1;
    const [a, b] = [from[at], to[at]];
    if (a === undefined || b === undefined || seen.has(`${a}\u0000${b}`)) continue;
    seen.add(`${a}\u0000${b}`);
    push(links.out, a, b);
    push(links.into, b, a);
  }
  return links;
}

/** Siblings by layer: each behind the last of what it waits for. */
function inLayers(ids: string[], links: Links): string[][] {
  const waits = new Map(ids.map((id) => [id, links.into.get(id)?.length ?? 0]));
  const layer = new Map<string, number>();
  const order: string[] = [];
  const ready = ids.filter((id) => !waits.get(id));
  const left = new Set(ids);
  for (let next = 0; left.size; next += 1) {
    // Two groups may wait for each other's tasks: then the one that comes first in the file goes on.
    if (next >= ready.length) ready.push(left.values().next().value as string);
    const id = ready[next] as string;
    if (!left.delete(id)) continue;
    order.push(id);
    layer.set(id, layer.get(id) ?? 0);
    for (const below of links.out.get(id) ?? []) {
      if (!left.has(below)) continue;
      layer.set(below, Math.max(layer.get(below) ?? 0, (layer.get(id) ?? 0) + 1));
      waits.set(below, (waits.get(below) ?? 1) - 1);
      if (waits.get(below) === 0) ready.push(below);
    }
  }
  // A beginning stands just before what waits for it, not far away at the edge.
  for (const id of order.reverse()) {
    if (links.into.get(id)?.length) continue;
    const below = (links.out.get(id) ?? []).map((each) => layer.get(each) ?? 0);
    if (below.length) layer.set(id, Math.max(0, Math.min(...below) - 1));
  }
  const layers: string[][] = [];
  for (const id of ids) {
    const at = layer.get(id) ?? 0;
    layers[at] ??= [];
    layers[at].push(id);
  }
  return layers.filter(Boolean);
}

/** The same layers with fewer crossings: each node near the middle of its neighbours. */
function ordered(layers: string[][], links: Links): string[][] {
  const rank = new Map<string, number>();
  const note = (layer: string[]) => {
    for (const [index, id] of layer.entries()) rank.set(id, index / layer.length);
  };
  layers.forEach(note);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const down = sweep % 2 === 0;
    for (const layer of down ? layers : [...layers].reverse()) {
      const middle = new Map(
        layer.map((id) => {
          const near = (down ? links.into : links.out).get(id) ?? [];
          const sum = near.reduce((total, each) => total + (rank.get(each) ?? 0), 0);
          return [id, near.length ? sum / near.length : (rank.get(id) ?? 0)];
        }),
      );
      layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0));
      note(layer);
    }
  }
  return layers;
}

/** Columns of a layer: one, or as many as make it about as wide as high. */
function columnsOf(layer: string[]): string[][] {
  const rows = Math.max(COLUMN, Math.ceil(Math.sqrt((layer.length * NODE.width) / NODE.height)));
  const columns: string[][] = [];
  for (let at = 0; at < layer.length; at += rows) columns.push(layer.slice(at, at + rows));
  return columns;
}

function arrange(
  layers: string[][],
  links: Links,
  sizes: Map<string, Size>,
  direction: Direction,
  places: Map<string, Place>,
  pad: number,
): Size {
  const right = direction === "RIGHT";
  const size = (id: string) => sizes.get(id) ?? NODE;
  const thick = (id: string) => (right ? size(id).width : size(id).height);
  const long = (id: string) => (right ? size(id).height : size(id).width);
  /** the middle of a node across the direction, once it stands */
  const middle = new Map<string, number>();
  const start = new Map<string, number>();
  let along = 0;
  for (const layer of layers) {
    const columns = columnsOf(layer);
    for (const column of columns) {
      stack(column, links, long, middle);
      for (const id of column) start.set(id, along);
      along += Math.max(...column.map(thick)) + BETWEEN_NODES;
    }
    along += BETWEEN_LAYERS - BETWEEN_NODES;
  }
  const ids = layers.flat();
  const low = Math.min(0, ...ids.map((id) => (middle.get(id) ?? 0) - long(id) / 2));
  const across = Math.max(0, ...ids.map((id) => (middle.get(id) ?? 0) + long(id) / 2)) - low;
  for (const id of ids) {
    const [a, b] = [start.get(id) ?? 0, (middle.get(id) ?? 0) - long(id) / 2 - low];
    const top = pad ? PAD.top : 0;
    const { width, height } = size(id);
    const [x, y] = [(right ? a : b) + pad, (right ? b : a) + top];
    places.set(id, { x: Math.round(x), y: Math.round(y), width, height });
  }
  const length = Math.max(0, along - BETWEEN_LAYERS);
  return right ? { width: length, height: across } : { width: across, height: length };
}

/** A column, each node as near to what it waits for as its neighbours let it. */
function stack(
  column: string[],
  links: Links,
  long: (id: string) => number,
  middle: Map<string, number>,
): void {
  let edge = Number.NEGATIVE_INFINITY;
  let drift = 0;
  for (const id of column) {
    const near = (links.into.get(id) ?? []).flatMap((each) => middle.get(each) ?? []);
    const half = long(id) / 2;
    const least = edge === Number.NEGATIVE_INFINITY ? 0 : edge + BETWEEN_NODES + half;
    const wished = near.length ? near.reduce((sum, each) => sum + each, 0) / near.length : least;
    const at = edge === Number.NEGATIVE_INFINITY ? wished : Math.max(wished, least);
    drift += at - wished;
    middle.set(id, at);
    edge = at + half;
  }
  // What was pushed was pushed one way only: the column as a whole goes half of it back.
  const back = column.length ? drift / column.length : 0;
  for (const id of column) middle.set(id, (middle.get(id) ?? 0) - back);
}
