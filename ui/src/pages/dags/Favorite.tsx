import { Star } from "lucide-react";
import { strings, useStrings } from "@/app/i18n";
import { setPref, usePrefs } from "@/app/prefs";
import { IconButton } from "@/components/Plain";

const S = strings({
  add: ["Make {dag} a favourite", "收藏 {dag}"],
  remove: ["{dag} is a favourite; take it out", "取消收藏 {dag}"],
});

export function FavoriteButton({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const { favorites } = usePrefs();
  const liked = favorites.includes(dagId);
  const label = t(liked ? "remove" : "add", { dag: dagId });
  const next = liked ? favorites.filter((each) => each !== dagId) : [...favorites, dagId];
  return (
    <IconButton
      aria-label={label}
      title={label}
      aria-pressed={liked}
      onClick={() => setPref("favorites", next)}
    >
      <Star
        size={15}
        fill={liked ? "var(--s-up_for_retry)" : "none"}
        color={liked ? "var(--s-up_for_retry)" : "currentColor"}
      />
    </IconButton>
  );
}
