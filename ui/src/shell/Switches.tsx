/** Time zone, language, light and dark, and who is signed in. */
import {
  ActionIcon,
  Menu,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { CircleUser, Globe, Keyboard, LogOut, Moon, Settings2, Sun } from "lucide-react";
import { PREFIX, ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { setPref, usePrefs } from "@/app/prefs";
import { zoneLabel } from "@/app/time";

const S = strings({
  zone: ["Time zone: {zone}", "时区：{zone}"],
  local: ["This browser's: {zone}", "浏览器时区：{zone}"],
  theme: ["Light or dark", "浅色或深色"],
  settings: ["Settings", "设置"],
  language: ["Language", "语言"],
  keys: ["Keyboard shortcuts", "键盘快捷键"],
  docs: ["REST API", "REST API"],
  out: ["Sign out", "退出登录"],
  as: ["Signed in as {name}", "当前用户：{name}"],
});

export interface Me {
  username: string;
  roles: string[];
  permissions: string[];
  /** "open": nobody needs to sign in here */
  way: string;
}

export function useMe() {
  return useQuery({
    queryKey: ["me"],
    queryFn: () => ui<Me>("/auth/me").catch(() => null),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export async function signOut(): Promise<void> {
  await ui("/auth/logout", { method: "POST" }).catch(() => null);
  location.assign(`${PREFIX}/auth/login`);
}

export function useTheme(): { dark: boolean; toggle: () => void } {
  const scheme = useComputedColorScheme("light");
  const { setColorScheme } = useMantineColorScheme();
  return {
    dark: scheme === "dark",
    toggle: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
  };
}

export function Switches({ onShortcuts }: { onShortcuts: () => void }) {
  const t = useStrings(S);
  const { zone, language } = usePrefs();
  const { dark, toggle } = useTheme();
  const asked = useMe().data;
  const me = asked && asked.way !== "open" ? asked : null;
  const zones = ["local", "UTC", ...(zone !== "local" && zone !== "UTC" ? [zone] : [])];
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <button type="button" className="zone" aria-label={t("zone", { zone: zoneLabel(zone) })}>
            <Globe size={14} aria-hidden />
            <span className="wide-only">{zoneLabel(zone)}</span>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {zones.map((each) => (
            <Menu.Item
              key={each}
              onClick={() => setPref("zone", each)}
              fw={each === zone ? 600 : 400}
            >
              {each === "local" ? t("local", { zone: zoneLabel("local") }) : each}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={t("theme")}>
        <ActionIcon aria-label={t("theme")} onClick={toggle}>
          {dark ? <Sun size={16} /> : <Moon size={16} />}
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={t("settings")}>
            {me ? <CircleUser size={16} /> : <Settings2 size={16} />}
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {me && <Menu.Label>{t("as", { name: me.username })}</Menu.Label>}
          <Menu.Label>{t("language")}</Menu.Label>
          <Menu.Item fw={language === "en" ? 600 : 400} onClick={() => setPref("language", "en")}>
            English
          </Menu.Item>
          <Menu.Item fw={language === "zh" ? 600 : 400} onClick={() => setPref("language", "zh")}>
            中文
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item leftSection={<Keyboard size={14} />} onClick={onShortcuts}>
            {t("keys")}
          </Menu.Item>
          <Menu.Item component="a" href={`${PREFIX}/docs`}>
            {t("docs")}
          </Menu.Item>
          {me && (
            <Menu.Item leftSection={<LogOut size={14} />} onClick={signOut}>
              {t("out")}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
