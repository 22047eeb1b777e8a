/** The sentence about a task instance: what it is, since when, what comes next. */
import type { Instance } from "@/api/actions";
import type { Attempts } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { lookOf } from "@/app/states";
import { duration } from "@/app/time";
import { Span, Time } from "@/components/Time";

const S = strings({
  attempt: ["try {n} of {max}", "第 {n} 次，共 {max} 次"],
  took: ["after {time}", "耗时 {time}"],
  exit: ["exit code {code}", "退出码 {code}"],
  since: ["for", "已"],
  retry: ["next try", "下次尝试"],
  waits: ["It has not started.", "尚未启动。"],
  queued: ["It waits for a slot", "正在等待槽位"],
});

export function InstanceSentence({
  instance,
  attempts,
}: {
  instance: Instance;
  attempts?: Attempts;
}) {
  const t = useStrings(S);
  const pair = usePair();
  const last = attempts?.attempts.at(-1);
  const state = instance.state;
  if (!state) return <>{t("waits")}</>;
  const count =
    instance.try_number > 0
      ? t("attempt", {
          n: instance.try_number,
          max: Math.max(instance.max_tries + 1, instance.try_number),
        })
      : "";
  const exit = state !== "success" && last?.exit_code ? t("exit", { code: last.exit_code }) : "";
  const details = [exit, count].filter(Boolean).join(", ");
  return (
    <>
      <strong>{pair(lookOf(state).word)}</strong>{" "}
      {state === "running" ? (
        <>
          {t("since")} <Span start={instance.start_date} end={null} />
        </>
      ) : state === "queued" ? (
        t("queued")
      ) : (
        <>
          <Time at={instance.end_date} />
          {instance.duration !== null && ` ${t("took", { time: duration(instance.duration) })}`}
        </>
      )}
      {details && ` (${details})`}
      {attempts?.due_at && state === "up_for_retry" && (
        <>
          ; {t("retry")} <Time at={attempts.due_at} />
        </>
      )}
      .{last?.reason && state !== "success" && state !== "running" && <> {last.reason}</>}
    </>
  );
}
