/** Something a person asked for: pending, then what actually happened. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { strings, useStrings } from "@/app/i18n";
import { toast } from "@/app/toasts";

const S = strings({ failed: ["That did not work", "操作未成功"] });

interface Action<A, R> {
  act: (argument: A) => Promise<R>;
  /** what happened, said from what the server answered */
  done: (result: R, argument: A) => string;
  /** queries that show what was changed; the stream of events tells the rest */
  touches?: (argument: A) => readonly (readonly unknown[])[];
  after?: (result: R, argument: A) => void;
  /** the caller itself shows what went wrong, at its place */
  quiet?: boolean;
}

export function useAction<A, R>({ act, done, touches, after, quiet }: Action<A, R>) {
  const client = useQueryClient();
  const t = useStrings(S);
  return useMutation({
    mutationFn: act,
    onSuccess: async (result, argument) => {
      toast("done", done(result, argument));
      after?.(result, argument);
      await Promise.all(
        (touches?.(argument) ?? []).map((queryKey) => client.invalidateQueries({ queryKey })),
      );
    },
    onError: (error) => quiet || toast("problem", t("failed"), error.message),
  });
}
