/** What can be done to a DAG from anywhere: pause it, run it. */
import { Button } from "@mantine/core";
import { Play } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { setPaused } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { IconButton, Toggle } from "./Plain";
import { useAction } from "./useAction";

const S = strings({
  pause: ["Scheduling of {dag}", "{dag} 的调度"],
  on: ["Scheduled runs start. Click to pause.", "按计划运行。点击暂停。"],
  off: ["Paused: no run starts. Click to unpause.", "已暂停：不会启动运行。点击恢复。"],
  paused: ["{dag} is paused", "{dag} 已暂停"],
  unpaused: ["{dag} is unpaused", "{dag} 已恢复"],
  run: ["Run", "运行"],
  runHint: ["Run {dag} now", "立即运行 {dag}"],
});

const TriggerDialog = lazy(async () => ({
  default: (await import("@/forms/TriggerDialog")).TriggerDialog,
}));

export function PauseSwitch({ dagId, paused }: { dagId: string; paused: boolean }) {
  const t = useStrings(S);
  const action = useAction({
    act: (next: boolean) => setPaused(dagId, next),
    done: (dag) => t(dag.is_paused ? "paused" : "unpaused", { dag: dagId }),
    touches: () => [["dags"], ["dag", dagId], ["home"]],
  });
  const shown = action.isPending ? action.variables : paused;
  return (
    <span title={t(shown ? "off" : "on")}>
      <Toggle
        checked={!shown}
        onChange={(event) => action.mutate(!event.currentTarget.checked)}
        disabled={action.isPending}
        aria-label={t("pause", { dag: dagId })}
      />
    </span>
  );
}

export function RunButton({ dagId, small }: { dagId: string; small?: boolean }) {
  const t = useStrings(S);
  const [opened, open] = useState(false);
  return (
    <>
      {small ? (
        <IconButton
          aria-label={t("runHint", { dag: dagId })}
          title={t("runHint", { dag: dagId })}
          onClick={() => open(true)}
        >
          <Play size={15} />
        </IconButton>
      ) : (
        <Button leftSection={<Play size={14} />} onClick={() => open(true)}>
          {t("run")}
        </Button>
      )}
      {opened && (
        <Suspense>
          <TriggerDialog dagId={dagId} opened={opened} onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  );
}
