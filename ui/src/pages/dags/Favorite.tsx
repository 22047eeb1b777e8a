import { ActionIcon } from "@mantine/core";
import { Star } from "lucide-react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useAction } from "@/components/useAction";

const S = strings({
  add: ["Make {dag} a favourite", "收藏 {dag}"],
  remove: ["{dag} is a favourite; take it out", "取消收藏 {dag}"],
  added: ["{dag} is a favourite", "已收藏 {dag}"],
  removed: ["{dag} is no favourite any more", "已取消收藏 {dag}"],
});

export function FavoriteButton({ dagId, favorite }: { dagId: string; favorite: boolean }) {
  const t = useStrings(S);
  const action = useAction({
    act: (next: boolean) =>
      ui(url`/api/v2/dags/${dagId}/` + (next ? "favorite" : "unfavorite"), { method: "POST" }),
    done: (_, next) => t(next ? "added" : "removed", { dag: dagId }),
    touches: () => [["dags"], ["dag", dagId]],
  });
  const label = t(favorite ? "remove" : "add", { dag: dagId });
  return (
    <ActionIcon
      aria-label={label}
      title={label}
      aria-pressed={favorite}
      onClick={() => action.mutate(!favorite)}
    >
      <Star
        size={15}
        fill={favorite ? "var(--s-up_for_retry)" : "none"}
        color={favorite ? "var(--s-up_for_retry)" : "currentColor"}
      />
    </ActionIcon>
  );
}
