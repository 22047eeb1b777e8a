/** A state as icon, word and colour: the same in every list, readable without colour. */
import type { CSSProperties } from "react";
import { usePair } from "@/app/i18n";
import { colourOf, lookOf } from "@/app/states";

interface Props {
  state: string | null | undefined;
  /** how many are in the state */
  count?: number;
  size?: number;
}

export function StateChip({ state, count }: Props) {
  const pair = usePair();
  const look = lookOf(state);
  const Icon = look.icon;
  return (
    <span
      className="chip"
      style={{ "--c": colourOf(state) } as CSSProperties}
      data-state={state ?? "none"}
    >
      <Icon size={13} strokeWidth={2.4} className={look.moves ? "spin" : undefined} aria-hidden />
      {count !== undefined && <span>{count.toLocaleString()}</span>}
      {pair(look.word)}
    </span>
  );
}

export function StateIcon({ state, size = 14 }: Props) {
  const pair = usePair();
  const look = lookOf(state);
  const Icon = look.icon;
  const word = pair(look.word);
  return (
    <span
      className="state-icon"
      style={{ "--c": colourOf(state) } as CSSProperties}
      title={word}
      role="img"
      aria-label={word}
    >
      <Icon size={size} strokeWidth={2.4} className={look.moves ? "spin" : undefined} aria-hidden />
    </span>
  );
}

/** Chips for several states, the most urgent first. */
export function StateCounts({ counts }: { counts: Record<string, number> }) {
  return (
    <span style={{ display: "inline-flex", gap: 4, flexWrap: "wrap" }}>
      {Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([state, count]) => (
          <StateChip key={state} state={state} count={count} />
        ))}
    </span>
  );
}
