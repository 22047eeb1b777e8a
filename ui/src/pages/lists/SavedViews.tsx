/** Views of a list that a person keeps: the filters and the order, under a name. */
import { ActionIcon, Button, Group, Popover, TextInput } from "@mantine/core";
import { useLocation, useNavigate } from "@tanstack/react-router";
import { Bookmark, Trash2 } from "lucide-react";
import { type FormEvent, useState } from "react";
import { strings, useStrings } from "@/app/i18n";
import { setPref, usePrefs, type View } from "@/app/prefs";
import { parseSearch, stringifySearch, useSearchParams } from "@/app/search";

const S = strings({
  views: ["Views", "视图"],
  name: ["Keep this view as", "将此视图保存为"],
  keep: ["Keep", "保存"],
  forget: ["Forget {name}", "删除 {name}"],
  teach: ["Set filters, then keep them here under a name.", "设置筛选条件，然后以名称保存在这里。"],
});

export function SavedViews() {
  const t = useStrings(S);
  const { pathname } = useLocation();
  const [search] = useSearchParams();
  const navigate = useNavigate();
  const { views } = usePrefs();
  const [opened, open] = useState(false);
  const [name, setName] = useState("");
  const mine = views[pathname] ?? [];
  const here = stringifySearch(search);
  const put = (next: View[]) => setPref("views", { ...views, [pathname]: next });
  function keep(event: FormEvent): void {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    put([...mine.filter((each) => each.name !== wanted), { name: wanted, search: here }]);
    setName("");
  }
  const current = mine.find((each) => each.search === here);
  return (
    <Popover opened={opened} onChange={open} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant={current ? "light" : "default"}
          leftSection={<Bookmark size={13} />}
          onClick={() => open(!opened)}
        >
          {current?.name ?? t("views")}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("views")}>
        {mine.length === 0 && <p className="soft small views-hint">{t("teach")}</p>}
        {mine.map((each) => (
          <Group key={each.name} gap="xs" wrap="nowrap" className="view">
            <button
              type="button"
              className="link grow clip"
              aria-current={each === current || undefined}
              onClick={() => {
                open(false);
                navigate({ to: ".", search: (() => parseSearch(each.search)) as never });
              }}
            >
              {each.name}
            </button>
            <ActionIcon
              aria-label={t("forget", { name: each.name })}
              title={t("forget", { name: each.name })}
              onClick={() => put(mine.filter((other) => other !== each))}
            >
              <Trash2 size={13} />
            </ActionIcon>
          </Group>
        ))}
        <form onSubmit={keep}>
          <Group gap="xs" align="flex-end" mt={6} wrap="nowrap">
            <TextInput
              label={t("name")}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <Button type="submit" disabled={!name.trim()}>
              {t("keep")}
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
