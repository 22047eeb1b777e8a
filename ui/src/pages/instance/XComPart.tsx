/** What the task left for others. */
import { useQuery } from "@tanstack/react-query";
import { ui, url } from "@/api/client";
import { type InstanceId, instanceKey, xcomQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { Await, Empty, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { Time } from "@/components/Time";

const S = strings({
  none: ["It left no value", "没有留下任何值"],
  noneText: [
    "What a task returns, or pushes with xcom_push, appears here.",
    "任务的返回值或 xcom_push 推送的值会显示在这里。",
  ],
});

export function XComPart({ id }: { id: InstanceId }) {
  const t = useStrings(S);
  const list = useQuery(xcomQuery(id));
  return (
    <Await of={list} lines={3}>
      {(data) =>
        data.xcom_entries.length ? (
          <div style={{ display: "grid", gap: 10 }}>
            {data.xcom_entries.map((each) => (
              <Panel
                key={each.key}
                title={<span className="mono">{each.key}</span>}
                right={
                  <span className="soft small">
                    <Time at={each.timestamp} />
                  </span>
                }
              >
                <Value id={id} name={each.key} />
              </Panel>
            ))}
          </div>
        ) : (
          <Empty title={t("none")}>{t("noneText")}</Empty>
        )
      }
    </Await>
  );
}

function Value({ id, name }: { id: InstanceId; name: string }) {
  const value = useQuery({
    queryKey: [...instanceKey(id), "xcom", name],
    queryFn: () =>
      ui<{ value: unknown }>(
        `${url`/api/v2/dags/${id.dagId}/dagRuns/${id.runId}/taskInstances/${id.taskId}/xcomEntries/${name}`}?map_index=${id.mapIndex}`,
      ),
  });
  return (
    <Await of={value} lines={1}>
      {(data) => <Json value={data.value} />}
    </Await>
  );
}
