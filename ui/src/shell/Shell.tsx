/** What stands around every page: navigation, search, the switches. */
import {
  ActionIcon,
  AppShell,
  Burger,
  Kbd,
  NavLink,
  ScrollArea,
  UnstyledButton,
} from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import type { QueryClient } from "@tanstack/react-query";
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import { PanelLeftClose, PanelLeftOpen, Search } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { PAGES } from "@/app/areas";
import { type Pair, strings, usePair, useStrings } from "@/app/i18n";
import icon from "@/app/icon.svg";
import { type Shortcut, useShortcuts } from "@/app/keys";
import { startLive } from "@/app/live";
import type { PageRoute, Section } from "@/app/pages";
import { setPref, usePrefs } from "@/app/prefs";
import { LiveBadge } from "./Live";
import { Palette } from "./Palette";
import { ShortcutList } from "./ShortcutList";
import { Switches } from "./Switches";
import { Toasts } from "./Toasts";

const S = strings({
  skip: ["Skip to the content", "跳到正文"],
  menu: ["Menu", "菜单"],
  search: ["Search or jump to", "搜索或跳转"],
  narrow: ["Fold the navigation", "收起导航"],
  widen: ["Unfold the navigation", "展开导航"],
  nav: ["Pages", "页面"],
});

const SECTIONS: [Section, Pair | null][] = [
  ["top", null],
  ["browse", ["Browse", "浏览"]],
  ["admin", ["Admin", "管理"]],
  ["profiling", ["Data profiling", "数据分析"]],
];

export function Shell({ client, children }: { client: QueryClient; children: ReactNode }) {
  const t = useStrings(S);
  const { narrowNav } = usePrefs();
  const phone = useMediaQuery("(max-width: 48em)", false, { getInitialValueInEffect: false });
  const [menu, setMenu] = useDisclosure(false);
  const [palette, setPalette] = useState(false);
  const [list, setList] = useState(false);
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const narrow = narrowNav && !phone;

  useEffect(() => startLive(client), [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu
  useEffect(() => setMenu.close(), [pathname]);
  const keys = useMemo<Shortcut[]>(
    () => [
      {
        keys: "mod+k",
        what: ["Search or jump to", "搜索或跳转"],
        act: () => setPalette(true),
        anywhere: true,
      },
      { keys: "?", what: ["This list", "此列表"], act: () => setList(true) },
      { keys: "g h", what: ["Go to the home page", "前往首页"], act: () => navigate({ to: "/" }) },
      {
        keys: "g d",
        what: ["Go to the DAGs", "前往 DAG 列表"],
        act: () => navigate({ to: "/dags" }),
      },
      {
        keys: "[",
        what: ["Fold or unfold the navigation", "收起或展开导航"],
        act: () => setPref("narrowNav", !narrowNav),
      },
    ],
    [navigate, narrowNav],
  );
  useShortcuts(keys);

  return (
    <AppShell
      header={{ height: 46 }}
      navbar={{ width: narrow ? 54 : 196, breakpoint: "sm", collapsed: { mobile: !menu } }}
      transitionDuration={0}
    >
      <a href="#content" className="skip-link">
        {t("skip")}
      </a>
      <AppShell.Header className="topbar">
        <Burger
          opened={menu}
          onClick={setMenu.toggle}
          hiddenFrom="sm"
          size="sm"
          aria-label={t("menu")}
        />
        <Link to="/" className="plain brand">
          <img src={icon} width={22} height={22} alt="" />
          <strong>Venturi</strong>
        </Link>
        <UnstyledButton className="search-box" onClick={() => setPalette(true)}>
          <Search size={14} aria-hidden />
          <span className="grow clip">{t("search")}</span>
          <Kbd size="xs" visibleFrom="sm" aria-hidden>
            {/Mac/.test(navigator.platform) ? "⌘" : "Ctrl"} K
          </Kbd>
        </UnstyledButton>
        <span className="grow" />
        <LiveBadge />
        <Switches onShortcuts={() => setList(true)} />
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("nav")}>
        <AppShell.Section grow component={ScrollArea} type="auto" scrollbarSize={6}>
          {SECTIONS.map(([section, title]) => (
            <NavSection
              key={section}
              section={section}
              title={title}
              narrow={narrow}
              pathname={pathname}
            />
          ))}
        </AppShell.Section>
        {!phone && (
          <AppShell.Section p={6} style={{ borderTop: "1px solid var(--line)" }}>
            <ActionIcon
              aria-label={narrow ? t("widen") : t("narrow")}
              onClick={() => setPref("narrowNav", !narrowNav)}
            >
              {narrow ? <PanelLeftOpen size={16} /> : <PanelLeftClose size={16} />}
            </ActionIcon>
          </AppShell.Section>
        )}
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        {children}
      </AppShell.Main>
      <Palette
        opened={palette}
        onClose={() => setPalette(false)}
        onShortcuts={() => setList(true)}
      />
      <ShortcutList opened={list} onClose={() => setList(false)} />
      <Toasts />
    </AppShell>
  );
}

function isHere(page: PageRoute, pathname: string): boolean {
  return page.path === "/"
    ? pathname === "/"
    : pathname === page.path || pathname.startsWith(`${page.path}/`);
}

function NavSection(props: {
  section: Section;
  title: Pair | null;
  narrow: boolean;
  pathname: string;
}) {
  const pair = usePair();
  const pages = PAGES.filter((each) => each.section === props.section);
  if (!pages.length) return null;
  return (
    <div className="nav-section">
      {props.title && !props.narrow && <div className="nav-title">{pair(props.title)}</div>}
      {pages.map((each) => {
        const Icon = each.icon;
        const here = isHere(each, props.pathname);
        return (
          <NavLink
            key={each.path}
            component={Link}
            to={each.path}
            active={here}
            aria-current={here ? "page" : undefined}
            label={props.narrow ? undefined : pair(each.title)}
            aria-label={props.narrow ? pair(each.title) : undefined}
            title={props.narrow ? pair(each.title) : undefined}
            leftSection={Icon && <Icon size={16} aria-hidden />}
          />
        );
      })}
    </div>
  );
}
