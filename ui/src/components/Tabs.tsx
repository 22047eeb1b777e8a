/** Parts of one page as tabs; the address says which is open. */
import type { ReactNode } from "react";

export interface Tab {
  key: string;
  label: ReactNode;
}

export function TabBar(props: {
  label: string;
  tabs: Tab[];
  open: string;
  onOpen: (key: string) => void;
  panelId: string;
}) {
  function move(by: number): void {
    const at = props.tabs.findIndex((each) => each.key === props.open);
    const next = props.tabs[(at + by + props.tabs.length) % props.tabs.length];
    if (next) {
      props.onOpen(next.key);
      document.getElementById(`${props.panelId}-${next.key}`)?.focus();
    }
  }
  return (
    <div className="tabs" role="tablist" aria-label={props.label}>
      {props.tabs.map((each) => {
        const selected = each.key === props.open;
        return (
          <button
            key={each.key}
            id={`${props.panelId}-${each.key}`}
            type="button"
            role="tab"
            aria-selected={selected}
            aria-controls={props.panelId}
            tabIndex={selected ? 0 : -1}
            onClick={() => props.onOpen(each.key)}
            onKeyDown={(event) => {
              if (event.key === "ArrowRight") move(1);
              else if (event.key === "ArrowLeft") move(-1);
              else return;
              event.preventDefault();
            }}
          >
            {each.label}
          </button>
        );
      })}
    </div>
  );
}

export function TabPanel(props: { id: string; open: string; children: ReactNode }) {
  return (
    <div
      role="tabpanel"
      id={props.id}
      aria-labelledby={`${props.id}-${props.open}`}
      tabIndex={-1}
      style={{ outline: 0 }}
    >
      {props.children}
    </div>
  );
}
