import { CloseButton, Loader } from "@mantine/core";
import { CircleAlert, CircleCheck } from "lucide-react";
import type { CSSProperties } from "react";
import { strings, useStrings } from "@/app/i18n";
import { useStore } from "@/app/store";
import { dismiss, toasts } from "@/app/toasts";

const S = strings({ dismiss: ["Dismiss", "关闭"], notices: ["Notices", "通知"] });

export function Toasts() {
  const t = useStrings(S);
  const list = useStore(toasts);
  return (
    <section className="toasts" aria-label={t("notices")} aria-live="polite">
      {list.map((each) => {
        const colour =
          each.kind === "problem"
            ? "var(--s-failed)"
            : each.kind === "done"
              ? "var(--s-success)"
              : "var(--s-queued)";
        return (
          <div
            key={each.id}
            className="toast"
            data-kind={each.kind}
            style={{ "--c": colour } as CSSProperties}
            role={each.kind === "problem" ? "alert" : "status"}
          >
            {each.kind === "problem" && <CircleAlert size={16} color={colour} aria-hidden />}
            {each.kind === "done" && <CircleCheck size={16} color={colour} aria-hidden />}
            {each.kind === "pending" && <Loader size={14} />}
            <div className="grow">
              <div>{each.text}</div>
              {each.detail && <div className="soft">{each.detail}</div>}
            </div>
            <CloseButton size="sm" aria-label={t("dismiss")} onClick={() => dismiss(each.id)} />
          </div>
        );
      })}
    </section>
  );
}
