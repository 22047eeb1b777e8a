/** The graph: layered, groups fold, live colours of a run, found and zoomed by keyboard too. */
import "@xyflow/react/dist/style.css";
import { Button, Checkbox, Group, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Background, Controls, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { ArrowDown, ArrowRight, Search } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { runStatesQuery, structureQuery } from "@/api/queries";
import type { Cell, Structure } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams, useSearchState } from "@/app/search";
import { colourOf, worst } from "@/app/states";
import { useUsable } from "@/app/usable";
import { Await, Loading, ProblemView } from "@/components/Blocks";
import { ARROW, edgesOf, nodeMaker } from "./flow";
import type { Direction, Place } from "./layers";
import { layout } from "./layout";
import { Overview } from "./Overview";
import { aroundFailures, criticalPath, type Shape, shapeOf } from "./shape";
import { type FlowNode, TaskNode } from "./TaskNode";

const S = strings({
  label: ["Graph of the tasks", "任务图"],
  find: ["Find a task", "查找任务"],
  failures: ["only what failed and its neighbours", "仅失败任务及其相邻任务"],
  critical: ["critical path", "关键路径"],
  direction: ["Direction", "方向"],
  unfold: ["Unfold all", "全部展开"],
  fold: ["Fold all", "全部折叠"],
  large: ["Placing {n} tasks", "正在布局 {n} 个任务"],
});

const TYPES = { task: TaskNode };
/** With more tasks than this, groups start folded. */
const MANY = 120;
const NO_CELLS: Record<string, Cell> = {};

interface Props {
  dagId: string;
  runId?: string;
  version?: number | null;
  height?: number | string;
}

export function Graph(props: Props) {
  const structure = useQuery(structureQuery(props.dagId, props.version));
  return (
    <Await of={structure} lines={8}>
      {(data) => (
        <ReactFlowProvider>
          <Canvas structure={data} {...props} />
        </ReactFlowProvider>
      )}
    </Await>
  );
}

function Canvas({ structure, dagId, runId, height }: Props & { structure: Structure }) {
  const t = useStrings(S);
  const [search, change] = useSearchParams();
  const [groups, setGroups] = useSearchState("groups");
  const [direction, setDirection] = useSearchState("dir", "RIGHT");
  const [failures, setFailures] = useSearchState("failures");
  const [critical, setCritical] = useSearchState("critical");
  const [find, setFind] = useState("");
  const states = useQuery({ ...runStatesQuery(dagId, runId ?? ""), enabled: !!runId });
  const cells = states.data?.cells ?? NO_CELLS;
  const all = useMemo(
    () => structure.nodes.filter((node) => node.kind === "group").map((node) => node.id),
    [structure],
  );
  const tasks = structure.nodes.length - all.length;
  const open = useMemo(() => {
    if (groups === "none" || (!groups && tasks > MANY)) return new Set<string>();
    if (!groups || groups === "all") return new Set(all);
    return new Set(groups.split(","));
  }, [groups, all, tasks]);
  const only = useMemo(
    () => (failures ? aroundFailures(structure, cells) : undefined),
    [failures, structure, cells],
  );
  const path = useMemo(
    () => (critical ? criticalPath(structure, cells) : null),
    [critical, structure, cells],
  );
  const shape = useMemo(() => shapeOf(structure, open, only), [structure, open, only]);
  const { places, problem } = usePlaces(shape, direction as Direction);
  useUsable("graph", !!places);
  const flow = useReactFlow();
  const selected = search.task as string | undefined;

  const toggle = useCallback(
    (id: string) => {
      const next = new Set(open);
      if (!next.delete(id)) next.add(id);
      setGroups(next.size ? [...next].join(",") : "none");
    },
    [open, setGroups],
  );
  const [make] = useState(nodeMaker);
  const known = !!runId && !!states.data;
  const nodes = useMemo<FlowNode[]>(
    () =>
      places
        ? make({
            shape,
            places,
            cells,
            known,
            selected,
            path,
            direction: direction as Direction,
            onToggle: toggle,
          })
        : [],
    [make, shape, places, cells, known, selected, path, direction, toggle],
  );
  const edges = useMemo(() => edgesOf(shape, path), [shape, path]);
  const hit = find
    ? shape.nodes.find((each) => each.id.toLowerCase().includes(find.toLowerCase()))?.id
    : undefined;
  useEffect(() => {
    if (hit) flow.fitView({ nodes: [{ id: hit }], maxZoom: 1, duration: 200 });
  }, [hit, flow]);

  if (problem) return <ProblemView error={problem} />;
  return (
    <div>
      <Group gap="sm" mb="xs">
        <TextInput
          aria-label={t("find")}
          placeholder={t("find")}
          leftSection={<Search size={13} aria-hidden />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
          w={180}
        />
        <Button
          variant="default"
          leftSection={direction === "DOWN" ? <ArrowDown size={13} /> : <ArrowRight size={13} />}
          onClick={() => setDirection(direction === "DOWN" ? "RIGHT" : "DOWN")}
        >
          {t("direction")}
        </Button>
        {all.length > 0 && (
          <Button variant="default" onClick={() => setGroups(open.size ? "none" : "all")}>
            {t(open.size ? "fold" : "unfold")}
          </Button>
        )}
        {runId && (
          <Checkbox
            label={t("critical")}
            checked={!!critical}
            onChange={(event) => setCritical(event.currentTarget.checked ? "1" : undefined)}
          />
        )}
        {runId && (
          <Checkbox
            label={t("failures")}
            checked={!!failures}
            onChange={(event) => setFailures(event.currentTarget.checked ? "1" : undefined)}
          />
        )}
      </Group>
      <div
        className="graph"
        style={{ height: height ?? "calc(100vh - 285px)" }}
        role="region"
        aria-label={t("label")}
        data-nodes={nodes.length}
      >
        {!places && (
          <div style={{ padding: 20 }}>
            {tasks > 300 && <p className="soft">{t("large", { n: tasks })}</p>}
            <Loading lines={5} />
          </div>
        )}
        <svg width="0" height="0" aria-hidden style={{ position: "absolute" }}>
          <marker
            id={ARROW}
            className="graph-arrow"
            markerWidth="14"
            markerHeight="14"
            viewBox="-10 -10 20 20"
            orient="auto-start-reverse"
            markerUnits="strokeWidth"
            refX="0"
            refY="0"
          >
            <polyline points="-5,-4 0,0 -5,4 -5,-4" />
          </marker>
        </svg>
        {places && (
          <ReactFlow
            key={`${direction}${shape.nodes.length}`}
            nodes={nodes}
            edges={edges}
            nodeTypes={TYPES}
            fitView
            fitViewOptions={{ padding: 0.08, maxZoom: 1, minZoom: nodes.length > 200 ? 0.5 : 0.1 }}
            minZoom={0.03}
            maxZoom={2}
            nodesConnectable={false}
            edgesFocusable={false}
            onlyRenderVisibleElements={nodes.length > 120}
            proOptions={{ hideAttribution: true }}
            onNodeClick={(_, node) => {
              if ((node as FlowNode).data.node.kind === "group") toggle(node.id);
              else change({ task: node.id, run: runId, map: undefined }, true);
            }}
          >
            <Background gap={24} size={1} color="var(--line)" />
            <Controls showInteractive={false} />
            {nodes.length > 12 && <Overview nodes={nodes} colourOf={colourOfNode} />}
          </ReactFlow>
        )}
      </div>
    </div>
  );
}

function colourOfNode(node: FlowNode): string {
  const { known, state, counts, open } = node.data;
  if (open) return "var(--bg-hover)";
  if (!known) return "var(--line-strong)";
  return colourOf(counts && Object.keys(counts).length ? worst(counts) : state);
}

/** Where the nodes of a shape go; the former places stay until the new ones are there. */
function usePlaces(shape: Shape, direction: Direction) {
  const [found, setFound] = useState<{ shape: Shape; places: Map<string, Place> } | null>(null);
  const [problem, setProblem] = useState<Error | null>(null);
  useEffect(() => {
    let over = false;
    layout(shape, direction).then(
      (places) => !over && setFound({ shape, places }),
      (error) => !over && setProblem(error),
    );
    return () => {
      over = true;
    };
  }, [shape, direction]);
  return { places: found?.shape === shape ? found.places : null, problem };
}
