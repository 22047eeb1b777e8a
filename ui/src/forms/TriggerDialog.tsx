/** Start a run, with a configuration if wanted. */
import { Button, Group, Modal, Textarea } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { trigger } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { useAction } from "@/components/useAction";

const S = strings({
  title: ["Run {dag}", "运行 {dag}"],
  conf: ["Configuration (JSON)", "配置 (JSON)"],
  bad: ["This is not a JSON object.", "这不是 JSON 对象。"],
  button: ["Run", "运行"],
  cancel: ["Cancel", "取消"],
  done: ["Run {run} was created", "已创建运行 {run}"],
});

export interface Replay {
  run_id: string;
  conf: unknown;
  logical_date: string | null;
}

export function TriggerDialog(props: {
  dagId: string;
  opened: boolean;
  onClose: () => void;
  replay?: Replay;
}) {
  const t = useStrings(S);
  const navigate = useNavigate();
  const [text, setText] = useState(JSON.stringify(props.replay?.conf ?? {}, null, 2));
  const conf = parse(text);
  const action = useAction({
    act: () => trigger(props.dagId, { conf: conf as never, logical_date: null }),
    done: (run) => t("done", { run: run.dag_run_id }),
    touches: () => [["dags"], ["dag", props.dagId], ["home"]],
    after: (run) => {
      props.onClose();
      navigate({
        to: "/dags/$dagId/runs/$runId",
        params: { dagId: props.dagId, runId: run.dag_run_id },
      });
    },
  });
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={<strong>{t("title", { dag: props.dagId })}</strong>}
    >
      <Textarea
        label={t("conf")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={4}
        maxRows={16}
        error={conf === undefined ? t("bad") : undefined}
        styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={props.onClose}>
          {t("cancel")}
        </Button>
        <Button
          data-autofocus
          disabled={conf === undefined}
          loading={action.isPending}
          onClick={() => action.mutate(undefined)}
        >
          {t("button")}
        </Button>
      </Group>
    </Modal>
  );
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text || "{}");
    return value && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
