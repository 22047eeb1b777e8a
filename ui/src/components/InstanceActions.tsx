/** What can be done to a task instance: clear, mark. */
import { Button, Checkbox, Group, Menu } from "@mantine/core";
import { ChevronDown, RotateCcw } from "lucide-react";
import { useState } from "react";
import { clearTasks, type Instance, markTask } from "@/api/actions";
import type { InstanceId } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { Confirm } from "./Confirm";
import { InstanceRow } from "./RunActions";
import { StateIcon } from "./StateChip";
import { useAction } from "./useAction";

const S = strings({
  clear: ["Clear", "清除"],
  clearTitle: ["Let {task} run again", "重新运行 {task}"],
  clearN: ["{n} task {n|instance|instances} will run again:", "{n} 个任务实例将重新运行："],
  clearButton: ["Clear {n}", "清除 {n} 个"],
  cleared: ["{n} task {n|instance was|instances were} cleared", "已清除 {n} 个任务实例"],
  mark: ["Mark as", "标记为"],
  markTitle: ["Mark {task} as {state}", "将 {task} 标记为 {state}"],
  markN: ["{n} task {n|instance|instances} will be {state}:", "{n} 个任务实例将变为 {state}："],
  markButton: ["Mark {n}", "标记 {n} 个"],
  marked: ["{n} task {n|instance is|instances are} {state} now", "{n} 个任务实例现在为 {state}"],
  upstream: ["and those before it", "及其上游"],
  downstream: ["and those after it", "及其下游"],
  past: ["in earlier runs too", "包括更早的运行"],
  future: ["in later runs too", "包括更晚的运行"],
  onlyFailed: ["only those that failed", "仅失败的"],
  success: ["success", "成功"],
  failed: ["failed", "失败"],
  skipped: ["skipped", "跳过"],
});

interface Reach {
  upstream: boolean;
  downstream: boolean;
  past: boolean;
  future: boolean;
  onlyFailed: boolean;
}

const REACH: (keyof Reach)[] = ["downstream", "upstream", "past", "future", "onlyFailed"];
const STATES = ["success", "failed", "skipped"] as const;

export function InstanceActions({ id }: { id: InstanceId }) {
  const t = useStrings(S);
  const [dialog, open] = useState<"clear" | (typeof STATES)[number] | null>(null);
  const start: Reach = {
    upstream: false,
    downstream: true,
    past: false,
    future: false,
    onlyFailed: false,
  };
  const [reach, setReach] = useState(start);
  const close = () => open(null);
  const task = id.mapIndex >= 0 ? `${id.taskId} [${id.mapIndex}]` : id.taskId;
  const touches = () => [["run", id.dagId, id.runId], ["dag", id.dagId], ["home"], ["dags"]];
  const tasks: (string | [string, number])[] =
    id.mapIndex >= 0 ? [[id.taskId, id.mapIndex]] : [id.taskId];
  const clear = useAction({
    act: () => clearTasks(id.dagId, id.runId, tasks, reach, false),
    done: (rows) => t("cleared", { n: rows.length }),
    touches,
    after: close,
  });
  const mark = useAction({
    act: (state: (typeof STATES)[number]) => markTask(id, state, reach, false),
    done: (rows, state) => t("marked", { n: rows.length, state: t(state) }),
    touches,
    after: close,
  });
  const marking = dialog && dialog !== "clear" ? dialog : null;
  const choices = (names: (keyof Reach)[]) => (
    <Group gap="md" mb="xs">
      {names.map((name) => (
        <Checkbox
          key={name}
          label={t(name)}
          checked={reach[name]}
          onChange={(event) => setReach({ ...reach, [name]: event.currentTarget.checked })}
        />
      ))}
    </Group>
  );
  return (
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<RotateCcw size={14} />}
        onClick={() => {
          setReach(start);
          open("clear");
        }}
      >
        {t("clear")}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronDown size={13} />}>
            {t("mark")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {STATES.map((state) => (
            <Menu.Item
              key={state}
              leftSection={<StateIcon state={state} />}
              onClick={() => {
                setReach({ ...start, downstream: false });
                open(state);
              }}
            >
              {t(state)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Confirm<Instance>
        opened={dialog === "clear"}
        onClose={close}
        title={t("clearTitle", { task })}
        previewKey={["clear", id, reach]}
        preview={() => clearTasks(id.dagId, id.runId, tasks, reach, true)}
        options={choices(REACH)}
        heading={(rows) => t("clearN", { n: rows.length })}
        row={(row) => <InstanceRow row={row} />}
        button={(rows) => t("clearButton", { n: rows.length })}
        pending={clear.isPending}
        onConfirm={() => clear.mutate(undefined)}
      />
      <Confirm<Instance>
        opened={marking !== null}
        onClose={close}
        title={t("markTitle", { task, state: marking ? t(marking) : "" })}
        previewKey={["mark", id, reach]}
        preview={() => markTask(id, marking ?? "success", reach, true)}
        options={choices(REACH.filter((name) => name !== "onlyFailed"))}
        heading={(rows) => t("markN", { n: rows.length, state: marking ? t(marking) : "" })}
        row={(row) => <InstanceRow row={row} />}
        button={(rows) => t("markButton", { n: rows.length })}
        danger={marking === "failed"}
        pending={mark.isPending}
        onConfirm={() => marking && mark.mutate(marking)}
      />
    </Group>
  );
}
