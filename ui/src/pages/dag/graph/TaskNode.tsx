/** A task or a group in the graph: state as icon and colour, label, operator. */
import { type Node, type NodeProps, useStore } from "@xyflow/react";
import { ChevronDown, ChevronRight } from "lucide-react";
import { type CSSProperties, memo } from "react";
import type { Counts, GraphNode } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { colourOf, lookOf, worst } from "@/app/states";
import { StateIcon } from "@/components/StateChip";

const S = strings({
  fold: ["Fold {name}", "折叠 {name}"],
  unfold: ["Unfold {name}", "展开 {name}"],
  tasks: ["{n} {n|task|tasks}", "{n} 个任务"],
});

export type Data = {
  node: GraphNode;
  open: boolean;
  size: number;
  state: string | null;
  counts: Counts | null;
  known: boolean;
  selected: boolean;
  critical: boolean;
  vertical: boolean;
  onToggle: (id: string) => void;
};
export type FlowNode = Node<Data>;

/** Below this zoom a label is smaller than 5 pixels. */
const READABLE = 0.35;

export const TaskNode = memo(function TaskNode({ id, data }: NodeProps<FlowNode>) {
  const t = useStrings(S);
  const pair = usePair();
  const far = useStore((state) => state.transform[2] < READABLE);
  const { node, counts } = data;
  const state = counts && Object.keys(counts).length ? worst(counts) : data.state;
  const style = { "--c": data.known ? colourOf(state) : "var(--line-strong)" } as CSSProperties;
  const group = node.kind === "group";
  const button = group && (
    <button
      type="button"
      className="nodrag fold"
      aria-expanded={data.open}
      aria-label={t(data.open ? "fold" : "unfold", { name: node.label })}
      onClick={(event) => {
        event.stopPropagation();
        data.onToggle(id);
      }}
    >
      {data.open ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
    </button>
  );
  const classes = `task-node ${group ? "group" : ""} ${data.open ? "open" : ""} ${data.selected ? "selected" : ""} ${data.critical ? "critical" : ""}`;
  // What nobody can read is not written: from afar a node is its colour.
  if (far && !data.open) {
    return (
      <div
        className={`${classes} far`}
        style={style}
        title={node.id}
        data-state={state ?? "none"}
        data-task={node.id}
      />
    );
  }
  const words = counts
    ? Object.entries(counts)
        .map(([each, n]) => `${n} ${pair(lookOf(each).word)}`)
        .join(", ")
    : "";
  return (
    <div
      className={classes}
      style={style}
      title={`${node.id}${node.tooltip ? `\n${node.tooltip}` : ""}${words ? `\n${words}` : ""}`}
      data-state={state ?? "none"}
      data-task={node.id}
    >
      <div className="task-line">
        {data.known && !data.open && <StateIcon state={state} size={15} />}
        {button}
        <span className="clip grow">{node.label}</span>
      </div>
      {!data.open && (
        <div className="task-line faint small">
          <span className="clip">
            {group ? t("tasks", { n: data.size }) : node.operator}
            {node.mapped && " [ ]"}
            {counts && !group && ` ${words}`}
          </span>
        </div>
      )}
    </div>
  );
});
