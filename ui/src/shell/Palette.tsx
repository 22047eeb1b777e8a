/** Find anything by a few letters: pages, DAGs, tasks, runs, switches. */
import { Modal, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import {
  CircleDot,
  Globe,
  Languages,
  ListTree,
  type LucideIcon,
  Moon,
  Play,
  Search,
} from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { query, ui } from "@/api/client";
import { PAGES } from "@/app/areas";
import { strings, usePair, useStrings } from "@/app/i18n";
import { setPref, usePrefs } from "@/app/prefs";
import { dagPath, runPath } from "@/components/Link";
import { StateIcon } from "@/components/StateChip";
import { useTheme } from "./Switches";

const S = strings({
  title: ["Search", "搜索"],
  hint: ["A DAG, a task, a run, a page, an action", "DAG、任务、运行、页面或操作"],
  none: ["Nothing is called like that.", "没有匹配的结果。"],
  page: ["page", "页面"],
  action: ["action", "操作"],
  run: ["run", "运行"],
  task: ["task", "任务"],
  theme: ["Switch between light and dark", "切换浅色与深色"],
  zone: ["Switch the time zone (UTC or the browser's)", "切换时区（UTC 或浏览器时区）"],
  language: ["中文", "English"],
  keys: ["Show the keyboard shortcuts", "显示键盘快捷键"],
});

interface Found {
  dags: { dag_id: string; dag_display_name: string }[];
  runs: { dag_id: string; run_id: string; state: string }[];
  tasks: { dag_id: string; task_id: string }[];
}

interface Item {
  key: string;
  label: string;
  kind: string;
  icon: LucideIcon;
  state?: string;
  act: () => void;
}

const SHOWN = 14;

export function Palette(props: { opened: boolean; onClose: () => void; onShortcuts: () => void }) {
  const t = useStrings(S);
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      withCloseButton={false}
      padding={0}
      size={560}
      yOffset="12vh"
      centered={false}
      attributes={{ content: { "aria-label": t("title") } }}
    >
      {props.opened && <Finder onClose={props.onClose} onShortcuts={props.onShortcuts} />}
    </Modal>
  );
}

function Finder({ onClose, onShortcuts }: { onClose: () => void; onShortcuts: () => void }) {
  const t = useStrings(S);
  const pair = usePair();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [asked] = useDebouncedValue(text.trim(), 90);
  const navigate = useNavigate();
  const { zone, language } = usePrefs();
  const theme = useTheme();
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = useQuery({
    queryKey: ["search", asked],
    queryFn: () => ui<Found>(`/ui/search${query({ q: asked })}`),
    enabled: asked.length > 0,
    placeholderData: (before) => before,
  }).data;

  const items = useMemo<Item[]>(() => {
    const go = (to: string) => () => navigate({ to });
    const wanted = text.trim().toLowerCase();
    const fits = (label: string) => label.toLowerCase().includes(wanted);
    const pages = PAGES.filter((each) => each.section !== "hidden").map((each) => ({
      key: each.path,
      label: pair(each.title),
      kind: t("page"),
      icon: each.icon ?? CircleDot,
      act: go(each.path),
    }));
    const actions = [
      { key: "theme", label: t("theme"), icon: Moon, act: theme.toggle },
      {
        key: "zone",
        label: t("zone"),
        icon: Globe,
        act: () => setPref("zone", zone === "UTC" ? "local" : "UTC"),
      },
      {
        key: "language",
        label: t("language"),
        icon: Languages,
        act: () => setPref("language", language === "en" ? "zh" : "en"),
      },
      { key: "keys", label: t("keys"), icon: CircleDot, act: onShortcuts },
    ].map((each) => ({ ...each, kind: t("action") }));
    const things: Item[] = !wanted
      ? []
      : [
          ...(found?.dags ?? []).map((each) => ({
            key: `d${each.dag_id}`,
            label: each.dag_display_name,
            kind: "DAG",
            icon: ListTree,
            act: go(dagPath(each.dag_id)),
          })),
          ...(found?.tasks ?? []).map((each) => ({
            key: `t${each.dag_id}/${each.task_id}`,
            label: `${each.task_id} · ${each.dag_id}`,
            kind: t("task"),
            icon: CircleDot,
            act: () =>
              navigate({
                to: dagPath(each.dag_id, "grid"),
                search: { task: each.task_id } as never,
              }),
          })),
          ...(found?.runs ?? []).map((each) => ({
            key: `r${each.dag_id}/${each.run_id}`,
            label: `${each.run_id} · ${each.dag_id}`,
            kind: t("run"),
            icon: Play,
            state: each.state,
            act: go(runPath(each.dag_id, each.run_id)),
          })),
        ];
    return [...things, ...[...pages, ...actions].filter((each) => fits(each.label))].slice(0, 40);
  }, [text, found, navigate, pair, t, theme.toggle, zone, language, onShortcuts]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another list
  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);

  function choose(item: Item | undefined): void {
    if (!item) return;
    onClose();
    item.act();
  }

  return (
    <div>
      <TextInput
        variant="unstyled"
        size="md"
        px="md"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        placeholder={t("hint")}
        leftSection={<Search size={16} aria-hidden />}
        aria-label={t("title")}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={items[at] ? `${listId}-${at}` : undefined}
        data-autofocus
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") setAt(Math.min(at + 1, items.length - 1));
          else if (event.key === "ArrowUp") setAt(Math.max(at - 1, 0));
          else if (event.key === "Enter") choose(items[at]);
          else return;
          event.preventDefault();
        }}
      />
      <div
        id={listId}
        ref={list}
        role="listbox"
        aria-label={t("title")}
        className="palette-list"
        style={{ maxHeight: SHOWN * 34 }}
      >
        {items.map((item, index) => {
          const Icon = item.icon;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text field's
            <div
              key={item.key}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === at}
              className="palette-item"
              onMouseMove={() => setAt(index)}
              onClick={() => choose(item)}
            >
              {item.state ? <StateIcon state={item.state} /> : <Icon size={14} aria-hidden />}
              <span className="grow clip">{item.label}</span>
              <span className="faint" style={{ fontSize: 12 }}>
                {item.kind}
              </span>
            </div>
          );
        })}
        {!items.length && (
          <div role="option" aria-selected={false} tabIndex={-1} className="palette-item soft">
            {t("none")}
          </div>
        )}
      </div>
    </div>
  );
}
