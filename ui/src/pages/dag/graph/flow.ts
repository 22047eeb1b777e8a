/** From a shape and its places to what the canvas draws; pure but for what it remembers. */
import { type Edge, Position } from "@xyflow/react";
import type { Cell } from "@/api/shapes";
import type { Direction, Place } from "./layers";
import { type Drawn, type Shape, stateOf } from "./shape";
import type { FlowNode } from "./TaskNode";

export const ARROW = "graph-arrow";

export interface Look {
  shape: Shape;
  places: Map<string, Place>;
  cells: Record<string, Cell>;
  /** whether the states of a run are known */
  known: boolean;
  selected: string | undefined;
  path: Set<string> | null;
  direction: Direction;
  onToggle: (id: string) => void;
}

/**
 * Makes nodes, and gives back the very same object for one that is as it was: a change of one task's
 * state then draws one node anew, not a thousand.
 */
export function nodeMaker(): (look: Look) => FlowNode[] {
  let before = new Map<string, { node: FlowNode; signs: unknown[] }>();
  return (look) => {
    const now = new Map<string, { node: FlowNode; signs: unknown[] }>();
    for (const drawn of look.shape.nodes) {
      const place = look.places.get(drawn.id);
      if (!place) continue;
      const made = nodeOf(drawn, place, look);
      const { counts, node: task, ...rest } = made.data;
      const signs: unknown[] = [place, task, made.parentId, counts && JSON.stringify(counts)];
      signs.push(...Object.values(rest));
      const old = before.get(drawn.id);
      const isSame = old?.signs.every((each, index) => Object.is(each, signs[index]));
      now.set(drawn.id, old && isSame ? old : { node: made, signs });
    }
    before = now;
    return [...now.values()].map((each) => each.node);
  };
}

function nodeOf(drawn: Drawn, place: Place, look: Look): FlowNode {
  const { width, height } = place;
  const vertical = look.direction === "DOWN";
  return {
    id: drawn.id,
    type: "task",
    position: { x: place.x, y: place.y },
    width,
    height,
    // Sizes and ends are known: the canvas need not draw all nodes once to measure them.
    measured: { width, height },
    handles: [
      vertical
        ? { type: "target", position: Position.Top, x: width / 2, y: 0, width: 1, height: 1 }
        : { type: "target", position: Position.Left, x: 0, y: height / 2, width: 1, height: 1 },
      vertical
        ? {
            type: "source",
            position: Position.Bottom,
            x: width / 2,
            y: height,
            width: 1,
            height: 1,
          }
        : {
            type: "source",
            position: Position.Right,
            x: width,
            y: height / 2,
            width: 1,
            height: 1,
          },
    ],
    parentId: drawn.parent && look.places.has(drawn.parent) ? drawn.parent : undefined,
    draggable: false,
    connectable: false,
    zIndex: drawn.open ? 0 : 1,
    ariaLabel: drawn.id,
    data: {
      node: drawn.node,
      open: drawn.open,
      size: drawn.tasks.length,
      ...stateOf(drawn, look.cells),
      known: look.known,
      selected: drawn.id === look.selected,
      critical: !!look.path && drawn.tasks.some((task) => look.path?.has(task)),
      vertical,
      onToggle: look.onToggle,
    },
  };
}

export function edgesOf(shape: Shape, path: Set<string> | null): Edge[] {
  return shape.edges.map((each) => ({
    id: each.id,
    source: each.source,
    target: each.target,
    label: each.label ?? undefined,
    focusable: false,
    interactionWidth: 0,
    className: path?.has(each.source) && path.has(each.target) ? "critical" : undefined,
    // Drawn once in Graph.tsx; described here, it would be described and compared for each edge.
    markerEnd: ARROW,
  }));
}
