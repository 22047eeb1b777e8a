/** Every state of a task instance and a run: its word in both languages, its icon. */
import {
  CalendarClock,
  Check,
  CircleDashed,
  CirclePause,
  CircleSlash,
  Clock3,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  MessageCircleQuestion,
  Minus,
  Moon,
  RotateCcw,
  SkipForward,
  Timer,
  TriangleAlert,
  X,
} from "lucide-react";
import type { Pair } from "./i18n";

export interface StateLook {
  word: Pair;
  icon: LucideIcon;
  moves?: boolean;
}

export const STATES: Record<string, StateLook> = {
  success: { word: ["success", "成功"], icon: Check },
  running: { word: ["running", "运行中"], icon: LoaderCircle, moves: true },
  failed: { word: ["failed", "失败"], icon: X },
  queued: { word: ["queued", "排队中"], icon: Clock3 },
  scheduled: { word: ["scheduled", "已安排"], icon: CalendarClock },
  up_for_retry: { word: ["up for retry", "等待重试"], icon: RotateCcw },
  up_for_reschedule: { word: ["up for reschedule", "等待再次检查"], icon: Timer },
  upstream_failed: { word: ["upstream failed", "上游失败"], icon: TriangleAlert },
  skipped: { word: ["skipped", "已跳过"], icon: SkipForward },
  deferred: { word: ["deferred", "已挂起"], icon: Hourglass },
  restarting: { word: ["restarting", "正在重启"], icon: RotateCcw },
  removed: { word: ["removed", "已移除"], icon: CircleSlash },
  awaiting_input: { word: ["awaiting input", "等待人工输入"], icon: MessageCircleQuestion },
  none: { word: ["not yet", "未开始"], icon: CircleDashed },
  paused: { word: ["paused", "已暂停"], icon: CirclePause },
  late: { word: ["late", "已延误"], icon: Moon },
  mixed: { word: ["mixed", "混合"], icon: Minus },
};

export const NONE_LOOK: StateLook = STATES.none as StateLook;

export function lookOf(state: string | null | undefined): StateLook {
  return STATES[state ?? "none"] ?? { word: [String(state), String(state)], icon: Minus };
}

export function colourOf(state: string | null | undefined): string {
  return `var(--s-${state && state in STATES ? state : "none"})`;
}

/** States after which nothing happens by itself. */
export const ENDED = new Set(["success", "failed", "skipped", "upstream_failed", "removed"]);
export const ACTIVE = new Set(["queued", "running", "restarting"]);

/** Of several instances, the state that a person has to know first. */
const WEIGHT = [
  "failed",
  "upstream_failed",
  "running",
  "restarting",
  "awaiting_input",
  "up_for_retry",
  "queued",
  "scheduled",
  "deferred",
  "up_for_reschedule",
  "none",
  "success",
  "skipped",
  "removed",
];

export function worst(counts: Record<string, number>): string {
  return WEIGHT.find((state) => (counts[state] ?? 0) > 0) ?? "none";
}
