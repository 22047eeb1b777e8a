/** One row of the grid: a task or a group, and its cells; drawn anew only when they change. */
import { ChevronDown, ChevronRight } from "lucide-react";
import { memo } from "react";
import type { Grid } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { colourOf, lookOf } from "@/app/states";
import { cellOf, GLYPHS, type Row } from "./gridRows";

const S = strings({
  fold: ["Fold {name}", "折叠 {name}"],
  unfold: ["Unfold {name}", "展开 {name}"],
  absent: ["not in this run", "不在此运行中"],
});

interface Props {
  row: Row;
  index: number;
  start: number;
  columns: string;
  /** the runs in sight: from one to before another */
  from: number;
  to: number;
  grid: Grid;
  run?: string;
  /** the row is the selected task's */
  selected: boolean;
  /** no task is selected: the whole column is */
  whole: boolean;
  onSelect: (next: { run?: string; task?: string }) => void;
  onToggle: (id: string) => void;
}

export const GridRow = memo(function GridRow(props: Props) {
  const { row, grid, run, selected, whole, onSelect, onToggle } = props;
  const t = useStrings(S);
  const pair = usePair();
  const group = row.kind === "group";
  return (
    <div
      role="row"
      aria-rowindex={props.index + 2}
      className={`grid-row ${selected ? "selected" : ""}`}
      style={{ gridTemplateColumns: props.columns, transform: `translateY(${props.start}px)` }}
    >
      <div
        role="rowheader"
        tabIndex={-1}
        className="grid-name"
        style={{ paddingLeft: 8 + (row.depth ?? 0) * 14 }}
        title={row.id}
      >
        {group ? (
          <button
            type="button"
            tabIndex={-1}
            aria-expanded={!row.folded}
            aria-label={t(row.folded ? "unfold" : "fold", { name: row.label })}
            onClick={() => onToggle(row.id)}
          >
            {row.folded ? (
              <ChevronRight size={13} aria-hidden />
            ) : (
              <ChevronDown size={13} aria-hidden />
            )}
            <strong className="clip">{row.label}</strong>
            <span className="faint small">{row.below.length}</span>
          </button>
        ) : (
          <button
            type="button"
            tabIndex={-1}
            onClick={() => onSelect({ task: row.id, run: run ?? grid.runs.at(-1)?.run_id })}
          >
            <span className="clip">{row.label}</span>
            {row.mapped && <span className="faint small">[ ]</span>}
          </button>
        )}
      </div>
      {grid.runs.slice(props.from, props.to).map((each, place) => {
        const shown = cellOf(row, grid.cells, each.run_id);
        const here = each.run_id === run;
        const word = shown ? pair(lookOf(shown.state).word) : t("absent");
        const counts = shown?.counts
          ? ` (${Object.entries(shown.counts)
              .map(([state, n]) => `${n} ${pair(lookOf(state).word)}`)
              .join(", ")})`
          : "";
        // A click and the words under the pointer are the grid's business, see GridView.
        return (
          <div
            key={each.run_id}
            role="gridcell"
            tabIndex={-1}
            aria-colindex={props.from + place + 2}
            aria-selected={here && (selected || whole)}
            aria-label={`${row.id}, ${each.run_id}: ${word}${counts}`}
            className={`grid-cell ${here ? "column" : ""} ${here && selected ? "selected" : ""}`}
            style={place === 0 ? { gridColumnStart: props.from + 2 } : undefined}
            data-state={shown?.state}
          >
            {shown && (
              <i
                className={group || shown.counts ? "many" : undefined}
                style={{ background: colourOf(shown.state) }}
              >
                {GLYPHS[shown.state]}
              </i>
            )}
          </div>
        );
      })}
    </div>
  );
});
