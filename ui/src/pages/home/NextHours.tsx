/** What comes in the next hours, on a line of time and as a list. */
import type { Home } from "@/api/shapes";
import { usePrefs } from "@/app/prefs";
import { clock } from "@/app/time";
import { DagLink } from "@/components/Link";
import { Time, useNow } from "@/components/Time";

const LISTED = 10;
const HOUR = 3_600_000;

export function NextHours({ runs }: { runs: Home["next"] }) {
  const { zone } = usePrefs();
  const now = useNow();
  const last = new Date(runs.at(-1)?.run_after ?? now).getTime();
  const hours = Math.min(24, Math.max(1, Math.ceil((last - now) / HOUR)));
  const place = (at: number) =>
    `${Math.min(100, Math.max(0, ((at - now) / (hours * HOUR)) * 100))}%`;
  const step = hours <= 3 ? 1 : hours <= 8 ? 2 : 6;
  const first = Math.ceil(now / HOUR) * HOUR;
  const ticks = Array.from(
    { length: Math.ceil(hours / step) },
    (_, index) => first + index * step * HOUR,
  );
  return (
    <>
      <div className="timeline" aria-hidden>
        {ticks.map((at) => (
          <span key={at} className="tick" style={{ left: place(at) }}>
            {clock(at, zone)}
          </span>
        ))}
        {runs.map((each) => (
          <i
            key={`${each.dag_id} ${each.run_after}`}
            title={`${each.dag_display_name} ${clock(each.run_after, zone)}`}
            style={{ left: place(new Date(each.run_after).getTime()) }}
          />
        ))}
      </div>
      {runs.slice(0, LISTED).map((each) => (
        <div key={`${each.dag_id} ${each.run_after}`} className="row-link">
          <span className="grow clip">
            <DagLink dagId={each.dag_id}>{each.dag_display_name}</DagLink>
          </span>
          <span className="soft small nowrap">
            <Time at={each.run_after} />
          </span>
        </div>
      ))}
    </>
  );
}
