/** Start a run: a field for each param, or the same as JSON; or replay a run from a task on. */
import {
  Button,
  Checkbox,
  Collapse,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { trigger } from "@/api/actions";
import { ui, url } from "@/api/client";
import { dagQuery, runStatesQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { Loading, ProblemView } from "@/components/Blocks";
import { TabBar, TabPanel } from "@/components/Tabs";
import { useAction } from "@/components/useAction";
import { type Param, ParamField } from "./ParamFields";

const S = strings({
  title: ["Run {dag}", "运行 {dag}"],
  replayTitle: ["Replay {run}", "重放 {run}"],
  form: ["Params", "参数"],
  json: ["JSON", "JSON"],
  tabs: ["Ways to give the configuration", "配置的填写方式"],
  conf: ["Configuration (JSON)", "配置 (JSON)"],
  bad: ["This is not a JSON object.", "这不是 JSON 对象。"],
  more: ["Run ID and date", "运行 ID 和日期"],
  runId: ["Run ID", "运行 ID"],
  runIdHelp: ["Empty: made from the time.", "留空则按时间生成。"],
  date: ["Logical date (UTC)", "逻辑日期 (UTC)"],
  dateHelp: ["Empty: none.", "留空则无。"],
  fromTasks: ["Begin at these tasks", "从这些任务开始"],
  fromHelp: [
    "They and all after them run; the results of the others are taken over. Empty: all run.",
    "这些任务及其后的任务将运行；其余任务沿用原结果。留空则全部运行。",
  ],
  latest: ["with the newest code of the DAG", "使用 DAG 的最新代码"],
  button: ["Run", "运行"],
  replayButton: ["Replay", "重放"],
  cancel: ["Cancel", "取消"],
  done: ["Run {run} was created", "已创建运行 {run}"],
});

export interface Replay {
  run_id: string;
  conf: unknown;
  logical_date: string | null;
}
type Conf = Record<string, unknown>;

interface Props {
  dagId: string;
  opened: boolean;
  onClose: () => void;
  replay?: Replay;
}

export function TriggerDialog(props: Props) {
  const t = useStrings(S);
  const dag = useQuery(dagQuery(props.dagId));
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      size="lg"
      title={
        <strong>
          {props.replay
            ? t("replayTitle", { run: props.replay.run_id })
            : t("title", { dag: props.dagId })}
        </strong>
      }
    >
      {dag.error ? (
        <ProblemView error={dag.error} retry={() => dag.refetch()} />
      ) : dag.data ? (
        <Form {...props} params={(dag.data.params ?? {}) as Record<string, Param>} />
      ) : (
        <Loading lines={4} />
      )}
    </Modal>
  );
}

function Form({ dagId, onClose, replay, params }: Props & { params: Record<string, Param> }) {
  const t = useStrings(S);
  const navigate = useNavigate();
  const names = Object.keys(params);
  const [conf, setConf] = useState<Conf>(() => ({
    ...Object.fromEntries(names.map((name) => [name, params[name]?.value ?? null])),
    ...((replay?.conf as Conf | null) ?? {}),
  }));
  // The text while it is typed; null: as the fields have it.
  const [draft, setDraft] = useState<string | null>(null);
  const [tab, setTab] = useState<string>(names.length ? "form" : "json");
  const [more, setMore] = useState(false);
  const [runId, setRunId] = useState("");
  const [date, setDate] = useState("");
  const [tasks, setTasks] = useState<string[]>([]);
  const [latest, setLatest] = useState(false);
  const broken = draft !== null && parse(draft) === undefined;
  const states = useQuery({ ...runStatesQuery(dagId, replay?.run_id ?? ""), enabled: !!replay });
  const taskIds = Object.keys(states.data?.cells ?? {}).sort();
  const given = () => {
    const made = { ...conf };
    // A param that has no value and was given none is left to its default.
    for (const name of names) {
      if (
        made[name] === null &&
        (params[name]?.value ?? null) === null &&
        !nullable(params[name])
      ) {
        delete made[name];
      }
    }
    return made;
  };
  const action = useAction({
    act: async () => {
      if (replay) {
        const json = { from_tasks: tasks, latest_code: latest, conf: given() };
        const path = url`/ui/dags/${dagId}/runs/${replay.run_id}/replay`;
        return (await ui<{ run_id: string }>(path, { method: "POST", json })).run_id;
      }
      const body = {
        conf: given(),
        logical_date: date ? `${date}:00Z` : null,
        ...(runId ? { dag_run_id: runId } : {}),
      };
      return (await trigger(dagId, body as never)).dag_run_id;
    },
    done: (run) => t("done", { run }),
    quiet: true,
    touches: () => [["dags"], ["dag", dagId], ["home"]],
    after: (run) => {
      onClose();
      navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId: run } });
    },
  });
  const said = action.error?.message;
  const blamed = said ? /param '([^']+)'/i.exec(said)?.[1] : undefined;
  const atField = blamed !== undefined && names.includes(blamed);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!broken) action.mutate(undefined);
      }}
    >
      {names.length > 0 && (
        <div className="dialog-tabs">
          <TabBar
            label={t("tabs")}
            panelId="conf"
            tabs={[
              { key: "form", label: t("form") },
              { key: "json", label: t("json") },
            ]}
            open={tab}
            onOpen={(key) => !broken && setTab(key)}
          />
        </div>
      )}
      <TabPanel id="conf" open={tab}>
        {tab === "form" ? (
          <Stack gap="sm">
            {names.map((name) => (
              <ParamField
                key={name}
                name={name}
                schema={params[name]?.schema ?? {}}
                description={params[name]?.description}
                value={conf[name]}
                required={
                  !nullable(params[name]) && Object.keys(params[name]?.schema ?? {}).length > 0
                }
                error={blamed === name ? said : undefined}
                onChange={(value) => {
                  setDraft(null);
                  setConf((before) => ({ ...before, [name]: value }));
                }}
              />
            ))}
          </Stack>
        ) : (
          <Textarea
            label={t("conf")}
            value={draft ?? JSON.stringify(conf, null, 2)}
            onChange={(event) => {
              const text = event.currentTarget.value;
              setDraft(text);
              const next = parse(text);
              if (next) setConf(next);
            }}
            autosize
            minRows={4}
            maxRows={16}
            error={broken ? t("bad") : undefined}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
        )}
      </TabPanel>
      {replay ? (
        <Stack gap="sm" mt="sm">
          <MultiSelect
            label={t("fromTasks")}
            description={t("fromHelp")}
            data={taskIds}
            value={tasks}
            onChange={setTasks}
            searchable
            clearable
          />
          <Checkbox
            label={t("latest")}
            checked={latest}
            onChange={(event) => setLatest(event.currentTarget.checked)}
          />
        </Stack>
      ) : (
        <>
          <Button
            variant="subtle"
            px={0}
            mt="sm"
            aria-expanded={more}
            onClick={() => setMore(!more)}
          >
            {t("more")}
          </Button>
          <Collapse expanded={more}>
            <Group grow align="start">
              <TextInput
                label={t("runId")}
                description={t("runIdHelp")}
                value={runId}
                onChange={(event) => setRunId(event.currentTarget.value)}
              />
              <TextInput
                type="datetime-local"
                label={t("date")}
                description={t("dateHelp")}
                value={date}
                onChange={(event) => setDate(event.currentTarget.value)}
              />
            </Group>
          </Collapse>
        </>
      )}
      {said && (!atField || tab !== "form") && (
        <p className="param-error" role="alert">
          {said}
        </p>
      )}
      <div className="dialog-foot">
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button type="submit" data-autofocus disabled={broken} loading={action.isPending}>
          {t(replay ? "replayButton" : "button")}
        </Button>
      </div>
    </form>
  );
}

function nullable(param: Param | undefined): boolean {
  const type = param?.schema?.type;
  return Array.isArray(type) ? type.includes("null") : type === "null";
}

function parse(text: string): Conf | undefined {
  try {
    const value = JSON.parse(text || "{}");
    return value && typeof value === "object" && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
