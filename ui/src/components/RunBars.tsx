/** The last runs as small bars: height is duration, colour is state. */
import { useNavigate } from "@tanstack/react-router";
import { memo } from "react";
import { PREFIX } from "@/api/client";
import type { RunBar } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { colourOf, lookOf } from "@/app/states";
import { between, duration, minute } from "@/app/time";
import { isPlainClick, runPath } from "./Link";

const S = strings({ none: ["no runs yet", "尚无运行"] });
const HEIGHT = 22;

export const RunBars = memo(function RunBars({
  dagId,
  runs,
  slots = 14,
}: {
  dagId: string;
  runs: RunBar[];
  slots?: number;
}) {
  const t = useStrings(S);
  const pair = usePair();
  const { zone } = usePrefs();
  const navigate = useNavigate();
  if (!runs.length) return <span className="faint">{t("none")}</span>;
  const lengths = runs.map((run) => run.duration ?? between(run.start_date, run.end_date) ?? 0);
  const longest = Math.max(...lengths, 0.001);
  return (
    <span className="run-bars" style={{ height: HEIGHT, width: slots * 8 }}>
      {runs.map((run, index) => {
        const size = Math.max(4, Math.round(((lengths[index] ?? 0) / longest) * HEIGHT));
        const text = `${pair(lookOf(run.state).word)} · ${minute(run.run_after, zone)} · ${duration(lengths[index])}`;
        const to = runPath(dagId, run.run_id);
        // A list of DAGs has hundreds of bars: the router's own links would be most of its cost.
        return (
          <a
            key={run.run_id}
            href={PREFIX + to}
            className="run-bar"
            title={text}
            aria-label={text}
            onClick={(event) => {
              if (!isPlainClick(event)) return;
              event.preventDefault();
              navigate({ to });
            }}
          >
            <span
              className={run.state === "failed" ? "failed" : undefined}
              style={{ height: size, background: colourOf(run.state) }}
            />
          </a>
        );
      })}
    </span>
  );
});
