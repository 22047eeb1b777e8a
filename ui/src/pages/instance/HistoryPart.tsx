/** What happened to it: when, who or what, why. */
import { useQuery } from "@tanstack/react-query";
import { historyQuery, type InstanceId } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { absolute, between, duration } from "@/app/time";
import { Await, Empty } from "@/components/Blocks";
import { StateChip } from "@/components/StateChip";

const S = strings({
  none: ["Nothing has happened to it yet", "尚未发生任何事情"],
  attempt: ["try {n}", "第 {n} 次"],
  created: ["run created", "运行已创建"],
});

export function HistoryPart({ id }: { id: InstanceId }) {
  const t = useStrings(S);
  const { zone } = usePrefs();
  const list = useQuery(historyQuery(id));
  return (
    <Await of={list} lines={5}>
      {(data) =>
        data.entries.length ? (
          <ol className="history">
            {data.entries.map((each, index) => {
              const gap = index ? between(data.entries[index - 1]?.at ?? null, each.at) : null;
              return (
                <li key={index}>
                  <time className="soft mono nowrap" dateTime={each.at}>
                    {absolute(each.at, zone)}
                  </time>
                  <span className="faint small num">{gap !== null && `+${duration(gap)}`}</span>
                  <span className="grow">
                    {each.event === "state" ? (
                      <StateChip state={each.state} />
                    ) : (
                      <strong>{each.event === "run created" ? t("created") : each.event}</strong>
                    )}{" "}
                    {each.try_number !== null && (
                      <span className="soft small">{t("attempt", { n: each.try_number })} </span>
                    )}
                    {each.who && <span className="soft">{each.who} </span>}
                    {each.reason && <span>{each.reason}</span>}
                  </span>
                </li>
              );
            })}
          </ol>
        ) : (
          <Empty title={t("none")} />
        )
      }
    </Await>
  );
}
