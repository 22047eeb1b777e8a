/** Why it does not run: every condition that is not met, each with a link to what holds it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CircleCheck } from "lucide-react";
import type { ReactNode } from "react";
import { type InstanceId, whyQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { ENDED } from "@/app/states";
import { Await, Empty } from "@/components/Blocks";
import { dagPath, InstanceLink } from "@/components/Link";
import { Time } from "@/components/Time";

const S = strings({
  running: ["It runs", "正在运行"],
  ended: ["It has ended: nothing holds it any more", "已结束：没有任何阻碍"],
  nothing: ["Nothing holds it", "没有任何阻碍"],
  nothingText: ["The scheduler starts it in its next step.", "调度器将在下一步启动它。"],
  until: ["until", "直到"],
  holds: ["What holds it:", "阻碍原因："],
});

export function WhyPart({ id, state }: { id: InstanceId; state: string | null }) {
  const t = useStrings(S);
  const why = useQuery(whyQuery(id.dagId, id.runId, id.taskId, id.mapIndex));
  const icon = <CircleCheck size={20} color="var(--s-success)" aria-hidden />;
  return (
    <Await of={why} lines={3}>
      {(data) =>
        data.reasons.length ? (
          <Reasons id={id} reasons={data.reasons} />
        ) : (
          <Empty
            title={t(
              state === "running" ? "running" : ENDED.has(state ?? "") ? "ended" : "nothing",
            )}
            icon={icon}
          >
            {!ENDED.has(state ?? "") && state !== "running" && t("nothingText")}
          </Empty>
        )
      }
    </Await>
  );
}

interface Unmet {
  rule: string;
  subject: string;
  reason: string;
  until?: string | null;
}

export function Reasons({
  id,
  reasons,
}: {
  id: { dagId: string; runId?: string };
  reasons: Unmet[];
}) {
  const t = useStrings(S);
  return (
    <div>
      <p style={{ margin: "0 0 8px" }}>{t("holds")}</p>
      <ol className="reasons">
        {reasons.map((each, index) => (
          <li key={index} data-rule={each.rule}>
            {linked(each, id)}
            {each.until && (
              <>
                {" "}
                ({t("until")} <Time at={each.until} />)
              </>
            )}
            <span className="faint small"> {each.rule}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}

/** The sentence, with the first quoted name that can be opened as a link. */
function linked(unmet: Unmet, id: { dagId: string; runId?: string }): ReactNode {
  const text = unmet.reason;
  const found = /'([^']+)'/.exec(text);
  const name = found?.[1];
  if (!found || !name) return text;
  const before = text.slice(0, found.index + 1);
  const after = text.slice(found.index + 1 + name.length);
  const word = text.slice(0, found.index).trimEnd().split(" ").at(-1)?.toLowerCase();
  if (word === "task" && id.runId) {
    return (
      <>
        {before}
        <InstanceLink dagId={id.dagId} runId={id.runId} taskId={name} />
        {after}
      </>
    );
  }
  if (word === "pool") {
    return (
      <>
        {before}
        <Link to={"/pools" as never}>{name}</Link>
        {after}
      </>
    );
  }
  if (word === "dag") {
    return (
      <>
        {before}
        <Link to={dagPath(name)}>{name}</Link>
        {after}
      </>
    );
  }
  return text;
}
