/** The star of a DAG; favourites are kept on the server, for each person. */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { Star } from "lucide-react";
import { setFavorite } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { prefs, setPref } from "@/app/prefs";
import { toast } from "@/app/toasts";
import { IconButton } from "@/components/Plain";

const S = strings({
  add: ["Make {dag} a favourite", "收藏 {dag}"],
  remove: ["{dag} is a favourite; take it out", "取消收藏 {dag}"],
  failed: ["That did not work", "操作未成功"],
});

const SHOWN_IN = [["dags"], ["dag"]];

async function askAnew(client: QueryClient): Promise<void> {
  await Promise.all(SHOWN_IN.map((queryKey) => client.invalidateQueries({ queryKey })));
}

export function FavoriteButton({ dagId, liked }: { dagId: string; liked: boolean }) {
  const t = useStrings(S);
  const client = useQueryClient();
  const mark = useMutation({
    mutationFn: (wanted: boolean) => setFavorite(dagId, wanted),
    // Returned, so that it is pending until the lists know it too.
    onSuccess: () => askAnew(client),
    onError: (error) => toast("problem", t("failed"), error.message),
  });
  const shown = mark.isPending ? mark.variables : liked;
  const label = t(shown ? "remove" : "add", { dag: dagId });
  return (
    <IconButton
      aria-label={label}
      title={label}
      aria-pressed={shown}
      disabled={mark.isPending}
      onClick={() => mark.mutate(!liked)}
    >
      <Star
        size={15}
        fill={shown ? "var(--s-up_for_retry)" : "none"}
        color={shown ? "var(--s-up_for_retry)" : "currentColor"}
      />
    </IconButton>
  );
}

/** Favourites that an earlier version kept in the browser go to the server, once. */
export async function bringFavorites(client: QueryClient): Promise<void> {
  const { favorites } = prefs.get();
  if (!favorites?.length) return;
  setPref("favorites", undefined);
  // Some of these DAGs may be no more.
  await Promise.allSettled(favorites.map((each) => setFavorite(each, true)));
  await askAnew(client);
}
