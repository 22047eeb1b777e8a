/** Events that people know of: they stand on every chart over time. */

import { Button, Group, TextInput } from "@mantine/core";
import { useState } from "react";
import { ui, url } from "@/api/client";
import type { KnownEvent } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { Panel } from "@/components/Blocks";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  title: ["Known events", "已知事件"],
  name: ["Name", "名称"],
  kind: ["Kind", "类型"],
  start: ["From (day, UTC)", "开始日期 (UTC)"],
  end: ["To (day, UTC)", "结束日期 (UTC)"],
  add: ["Add", "添加"],
  added: ["{name} was added", "已添加 {name}"],
  forget: ["Forget {name}", "删除 {name}"],
  forgotten: ["{name} was forgotten", "已删除 {name}"],
  teach: [
    "Holidays, outages, campaigns: what explains a dent in a figure.",
    "节假日、故障、活动：解释数据波动的原因。",
  ],
});

export function KnownEvents({ events }: { events: KnownEvent[] }) {
  const t = useStrings(S);
  const [label, setLabel] = useState("");
  const [kind, setKind] = useState("");
  const [start, setStart] = useState("");
  const [end, setEnd] = useState("");
  const add = useAction({
    act: () =>
      ui("/ui/profiling/events", {
        method: "POST",
        json: {
          label,
          kind,
          start_date: `${start}T00:00:00Z`,
          end_date: `${end || start}T23:59:59Z`,
        },
      }),
    done: () => t("added", { name: label }),
    touches: () => [["profiling"]],
    after: () => setLabel(""),
  });
  const forget = useAction({
    act: (event: KnownEvent) => ui(url`/ui/profiling/events/${event.id}`, { method: "DELETE" }),
    done: (_, event) => t("forgotten", { name: event.label }),
    touches: () => [["profiling"]],
  });
  return (
    <Panel title={t("title")} label={t("title")}>
      {events.length === 0 && <p className="soft">{t("teach")}</p>}
      {events.map((event) => (
        <Group key={event.id} gap="xs">
          <span>{event.label}</span>
          <span className="soft" style={{ flex: "1 1 220px" }}>
            {event.kind} <Time at={event.start_date} /> – <Time at={event.end_date} />
          </span>
          <Button
            variant="subtle"
            color="red"
            size="compact-xs"
            onClick={() => forget.mutate(event)}
          >
            {t("forget", { name: event.label })}
          </Button>
        </Group>
      ))}
      <Group gap="xs" mt="sm" align="flex-end">
        <TextInput
          label={t("name")}
          value={label}
          onChange={(event) => setLabel(event.currentTarget.value)}
        />
        <TextInput
          label={t("kind")}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
        />
        <TextInput
          label={t("start")}
          type="date"
          value={start}
          onChange={(event) => setStart(event.currentTarget.value)}
        />
        <TextInput
          label={t("end")}
          type="date"
          value={end}
          onChange={(event) => setEnd(event.currentTarget.value)}
        />
        <Button
          variant="default"
          disabled={!label.trim() || !start}
          loading={add.isPending}
          onClick={() => add.mutate(undefined)}
        >
          {t("add")}
        </Button>
      </Group>
    </Panel>
  );
}
