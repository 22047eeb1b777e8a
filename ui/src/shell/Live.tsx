/** Whether what is on the screen is live; a lost stream shows itself. */
import { Tooltip } from "@mantine/core";
import { Radio, WifiOff } from "lucide-react";
import { strings, useStrings } from "@/app/i18n";
import { live } from "@/app/live";
import { useStore } from "@/app/store";
import { Time } from "@/components/Time";

const S = strings({
  live: ["Live", "实时"],
  liveHint: ["Changes appear by themselves.", "变化会自动显示。"],
  connecting: ["Connecting", "连接中"],
  connectingHint: ["The stream of changes is being opened.", "正在建立变化推送。"],
  lost: ["Reconnecting", "重新连接中"],
  lostHint: [
    "The stream of changes dropped. What you see is asked anew every 10 seconds until it is back.",
    "变化推送已中断。恢复之前每 10 秒重新获取一次。",
  ],
});

export function LiveBadge() {
  const t = useStrings(S);
  const { state, since } = useStore(live);
  const lost = state === "lost";
  const Icon = lost ? WifiOff : Radio;
  return (
    <Tooltip label={t(`${state}Hint`)}>
      <span
        role="status"
        data-live={state}
        style={{
          display: "inline-flex",
          gap: 5,
          alignItems: "center",
          fontSize: 12,
          color: lost ? "var(--s-late)" : "var(--ink-soft)",
          whiteSpace: "nowrap",
        }}
      >
        <Icon
          size={14}
          aria-hidden
          color={lost ? "var(--s-late)" : state === "live" ? "var(--s-success)" : "currentColor"}
        />
        <span className={lost ? undefined : "wide-only"}>
          {t(state)}
          {lost && (
            <>
              {" · "}
              <Time at={new Date(since).toISOString()} form="relative" />
            </>
          )}
        </span>
      </span>
    </Tooltip>
  );
}
