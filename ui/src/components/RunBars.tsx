/** The last runs as small bars: height is duration, colour is state. */
import { Link } from "@tanstack/react-router";
import type { RunBar } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { colourOf, lookOf } from "@/app/states";
import { between, duration, minute } from "@/app/time";

const S = strings({ none: ["no runs yet", "尚无运行"] });
const HEIGHT = 22;

export function RunBars({
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
  if (!runs.length) return <span className="faint">{t("none")}</span>;
  const lengths = runs.map((run) => run.duration ?? between(run.start_date, run.end_date) ?? 0);
  const longest = Math.max(...lengths, 0.001);
  return (
    <span className="run-bars" style={{ height: HEIGHT, width: slots * 8 }}>
      {runs.map((run, index) => {
        const size = Math.max(4, Math.round(((lengths[index] ?? 0) / longest) * HEIGHT));
        const text = `${pair(lookOf(run.state).word)} · ${minute(run.run_after, zone)} · ${duration(lengths[index])}`;
        return (
          <Link
            key={run.run_id}
            to="/dags/$dagId/runs/$runId"
            params={{ dagId, runId: run.run_id }}
            className="run-bar"
            title={text}
            aria-label={text}
            preload={false}
          >
            <span
              className={run.state === "failed" ? "failed" : undefined}
              style={{ height: size, background: colourOf(run.state) }}
            />
          </Link>
        );
      })}
    </span>
  );
}
