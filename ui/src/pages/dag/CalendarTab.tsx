/** A year of runs, a square a day; what is planned stands as outlines. */
import { ActionIcon, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { calendarQuery } from "@/api/queries";
import type { CalendarDays } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { useSearchState } from "@/app/search";
import { colourOf, lookOf, worst } from "@/app/states";
import { Await } from "@/components/Blocks";

const S = strings({
  before: ["The year before", "上一年"],
  after: ["The year after", "下一年"],
  planned: ["{n} planned", "计划 {n} 次"],
  nothing: ["no runs", "无运行"],
  legend: [
    "A square is a day (UTC), in the colour of its worst run; an outline is planned.",
    "每个方格代表一天（UTC），颜色为当天最差的运行；空心框为计划中的运行。",
  ],
});

export function CalendarTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [year, setYear] = useSearchState("year", String(new Date().getUTCFullYear()));
  const days = useQuery(calendarQuery(dagId, `${year}-01-01`, `${year}-12-31`));
  return (
    <>
      <Group gap="xs" mb="sm">
        <ActionIcon aria-label={t("before")} onClick={() => setYear(String(Number(year) - 1))}>
          <ChevronLeft size={16} />
        </ActionIcon>
        <strong>{year}</strong>
        <ActionIcon aria-label={t("after")} onClick={() => setYear(String(Number(year) + 1))}>
          <ChevronRight size={16} />
        </ActionIcon>
        <span className="soft small">{t("legend")}</span>
      </Group>
      <Await of={days}>{(data) => <Year year={Number(year)} data={data} dagId={dagId} />}</Await>
    </>
  );
}

function Year({ year, data, dagId }: { year: number; data: CalendarDays; dagId: string }) {
  const t = useStrings(S);
  const pair = usePair();
  const { language } = usePrefs();
  const known = new Map(data.days.map((each) => [each.date, each]));
  const today = new Date().toISOString().slice(0, 10);
  const name = (month: number) =>
    new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" }).format(
      Date.UTC(year, month, 1),
    );
  return (
    <div className="months">
      {Array.from({ length: 12 }, (_, month) => {
        const first = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7;
        const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
        return (
          <section key={month} className="month" aria-label={name(month)}>
            <h3>{name(month)}</h3>
            <div className="month-days">
              {Array.from({ length: first }, (_, blank) => (
                <span key={`b${blank}`} />
              ))}
              {Array.from({ length }, (_, index) => {
                const date = `${year}-${String(month + 1).padStart(2, "0")}-${String(index + 1).padStart(2, "0")}`;
                const found = known.get(date);
                const counts = found?.counts ?? {};
                const parts = [
                  ...Object.entries(counts).map(([state, n]) => `${n} ${pair(lookOf(state).word)}`),
                  found?.planned ? t("planned", { n: found.planned }) : "",
                ].filter(Boolean);
                const text = `${date}: ${parts.join(", ") || t("nothing")}`;
                const style = Object.keys(counts).length
                  ? { background: colourOf(worst(counts)), color: "var(--bg)" }
                  : found?.planned
                    ? { border: "1.5px solid var(--link)" }
                    : undefined;

                return found && Object.keys(counts).length ? (
                  <Link
                    key={date}
                    to="/dags/$dagId/$tab"
                    params={{ dagId, tab: "runs" }}
                    search={{ day: date } as never}
                    className="day"
                    style={style}
                    title={text}
                    aria-label={text}
                  >
                    <span aria-hidden>{index + 1}</span>
                  </Link>
                ) : (
                  <span
                    key={date}
                    className={`day ${date === today ? "today" : ""}`}
                    style={style}
                    title={text}
                  >
                    <span aria-hidden>{index + 1}</span>
                  </span>
                );
              })}
            </div>
          </section>
        );
      })}
    </div>
  );
}
