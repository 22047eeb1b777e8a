/** Make the runs of a span of dates; first, which. */
import { Checkbox, Group, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import { ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Confirm } from "@/components/Confirm";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  title: ["Backfill {dag}", "回填 {dag}"],
  from: ["From", "起"],
  to: ["To", "止"],
  again: ["Runs that are there already", "已存在的运行"],
  none: ["leave as they are", "保持不变"],
  failed: ["run again if failed", "失败的重新运行"],
  completed: ["run again", "重新运行"],
  atOnce: ["Runs at once", "并发运行数"],
  backwards: ["newest first", "从最新开始"],
  heading: ["{n} {n|run|runs} will be made:", "将创建 {n} 个运行："],
  button: ["Make {n} {n|run|runs}", "创建 {n} 个运行"],
  done: ["Backfill {id} was made", "已创建回填 {id}"],
});

interface Planned {
  logical_date: string;
}

export function BackfillDialog(props: { dagId: string; opened: boolean; onClose: () => void }) {
  const t = useStrings(S);
  const day = (offset: number) =>
    new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
  const [from, setFrom] = useState(day(-7));
  const [to, setTo] = useState(day(-1));
  const [again, setAgain] = useState("none");
  const [atOnce, setAtOnce] = useState(10);
  const [backwards, setBackwards] = useState(false);
  const body = {
    dag_id: props.dagId,
    from_date: `${from}T00:00:00Z`,
    to_date: `${to}T23:59:59Z`,
    run_backwards: backwards,
    dag_run_conf: {},
    reprocess_behavior: again,
    max_active_runs: atOnce,
  };
  const make = useAction({
    act: () => ui<{ id: number }>("/api/v2/backfills", { method: "POST", json: body }),
    done: (made) => t("done", { id: made.id }),
    touches: () => [["dag", props.dagId]],
    after: props.onClose,
  });
  return (
    <Confirm<Planned>
      opened={props.opened}
      onClose={props.onClose}
      title={t("title", { dag: props.dagId })}
      previewKey={["backfill", body]}
      preview={async () =>
        (
          await ui<{ backfills: Planned[] }>("/api/v2/backfills/dry_run", {
            method: "POST",
            json: body,
          })
        ).backfills
      }
      options={
        <Group gap="sm" align="end" mb="xs">
          <TextInput
            type="date"
            label={t("from")}
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="date"
            label={t("to")}
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Select
            label={t("again")}
            value={again}
            onChange={(value) => setAgain(value ?? "none")}
            data={["none", "failed", "completed"].map((value) => ({
              value,
              label: t(value as "none"),
            }))}
            allowDeselect={false}
          />
          <NumberInput
            label={t("atOnce")}
            value={atOnce}
            min={1}
            max={1000}
            onChange={(value) => setAtOnce(Number(value) || 1)}
            w={110}
          />
          <Checkbox
            label={t("backwards")}
            checked={backwards}
            onChange={(event) => setBackwards(event.currentTarget.checked)}
            pb={6}
          />
        </Group>
      }
      heading={(rows) => t("heading", { n: rows.length })}
      row={(row) => <Time at={row.logical_date} form="absolute" />}
      button={(rows) => t("button", { n: rows.length })}
      pending={make.isPending}
      onConfirm={() => make.mutate(undefined)}
    />
  );
}
