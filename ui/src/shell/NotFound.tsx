import { Link } from "@tanstack/react-router";
import { strings, useStrings } from "@/app/i18n";
import { useUsable } from "@/app/usable";
import { Empty } from "@/components/Blocks";

const S = strings({
  title: ["There is no page at this address", "此地址没有页面"],
  text: [
    "It may have moved. Press mod+K and type what you look for, or go to",
    "页面可能已移动。按 mod+K 并输入要查找的内容，或前往",
  ],
  home: ["the home page", "首页"],
});

export function NotFound({ framed }: { framed?: boolean }) {
  const t = useStrings(S);
  useUsable("nothing");
  return (
    <main className="page" style={framed ? { paddingTop: 80 } : undefined}>
      <Empty title={t("title")}>
        {t("text")} <Link to="/">{t("home")}</Link>.
      </Empty>
    </main>
  );
}
