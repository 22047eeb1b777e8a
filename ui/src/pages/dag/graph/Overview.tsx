/**
 * The whole graph, small, and which part of it is in sight. One canvas, painted when nodes change:
 * an element for each of a thousand nodes would be looked at again with every step of the pointer.
 */
import { useReactFlow, useStore } from "@xyflow/react";
import { type PointerEvent, useEffect, useMemo, useRef } from "react";
import type { FlowNode } from "./TaskNode";

const WIDTH = 200;
const HEIGHT = 140;
const MARGIN = 6;

interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
  colour: string;
}

export function Overview(props: { nodes: FlowNode[]; colourOf: (node: FlowNode) => string }) {
  const { nodes, colourOf } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const flow = useReactFlow();
  const [left, top, zoom] = useStore((state) => state.transform);
  const wide = useStore((state) => state.width);
  const high = useStore((state) => state.height);
  const boxes = useMemo(() => boxesOf(nodes, colourOf), [nodes, colourOf]);
  const far = useMemo(
    () => ({
      x: Math.max(1, ...boxes.map((box) => box.x + box.width)),
      y: Math.max(1, ...boxes.map((box) => box.y + box.height)),
    }),
    [boxes],
  );
  const scale = Math.min((WIDTH - 2 * MARGIN) / far.x, (HEIGHT - 2 * MARGIN) / far.y);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, boxes, scale);
  }, [boxes, scale]);

  function onPointer(event: PointerEvent<HTMLDivElement>): void {
    if (!event.buttons) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const frame = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - frame.left - MARGIN) / scale;
    const y = (event.clientY - frame.top - MARGIN) / scale;
    flow.setCenter(x, y, { zoom });
  }
  return (
    <div
      className="overview react-flow__panel bottom right"
      style={{ width: WIDTH, height: HEIGHT }}
      onPointerDown={onPointer}
      onPointerMove={onPointer}
      aria-hidden
    >
      <canvas ref={canvas} width={WIDTH * 2} height={HEIGHT * 2} />
      <span
        style={{
          transform: `translate(${MARGIN - (left / zoom) * scale}px, ${MARGIN - (top / zoom) * scale}px)`,
          width: (wide / zoom) * scale,
          height: (high / zoom) * scale,
        }}
      />
    </div>
  );
}

/** Nodes where they are on the whole, groups before what is in them. */
function boxesOf(nodes: FlowNode[], colourOf: (node: FlowNode) => string): Box[] {
  const known = new Map<string, Box>();
  for (const node of nodes) {
    const around = node.parentId ? known.get(node.parentId) : undefined;
    known.set(node.id, {
      id: node.id,
      x: node.position.x + (around?.x ?? 0),
      y: node.position.y + (around?.y ?? 0),
      width: node.width ?? 0,
      height: node.height ?? 0,
      colour: colourOf(node),
    });
  }
  return [...known.values()];
}

function paint(canvas: HTMLCanvasElement, boxes: Box[], scale: number): void {
  const brush = canvas.getContext("2d");
  if (!brush) return;
  const style = getComputedStyle(canvas);
  const colours = new Map<string, string>();
  brush.setTransform(2, 0, 0, 2, 0, 0);
  brush.clearRect(0, 0, WIDTH, HEIGHT);
  for (const box of boxes) {
    let colour = colours.get(box.colour);
    if (colour === undefined) {
      const name = /^var\((--[\w-]+)\)$/.exec(box.colour)?.[1];
      colour = name ? style.getPropertyValue(name).trim() : box.colour;
      colours.set(box.colour, colour);
    }
    brush.fillStyle = colour;
    brush.fillRect(
      MARGIN + box.x * scale,
      MARGIN + box.y * scale,
      Math.max(1, box.width * scale),
      Math.max(1, box.height * scale),
    );
  }
}
