/** The pieces that every page is made of. */
import { Button, Skeleton, Stack } from "@mantine/core";
import { CircleAlert, RefreshCw } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Problem } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";

const S = strings({
  again: ["Try again", "重试"],
  loading: ["Loading", "加载中"],
  broke: ["This part of the page broke", "页面此部分出错"],
});

/** A title, the sentence that answers the page's question, and what can be done. */
export function PageHead(props: {
  title: ReactNode;
  sentence?: ReactNode;
  actions?: ReactNode;
  above?: ReactNode;
}) {
  return (
    <header className="page-head">
      <div className="words">
        {props.above}
        <h1 style={{ fontSize: 20, fontWeight: 600, lineHeight: 1.3 }}>{props.title}</h1>
        {props.sentence && <p className="sentence">{props.sentence}</p>}
      </div>
      {props.actions && (
        <div style={{ display: "flex", gap: 8, flexWrap: "wrap", alignItems: "center" }}>
          {props.actions}
        </div>
      )}
    </header>
  );
}

export function Panel(props: {
  title?: ReactNode;
  right?: ReactNode;
  children: ReactNode;
  flush?: boolean;
  label?: string;
}) {
  return (
    <section className="panel" aria-label={props.label}>
      {(props.title || props.right) && (
        <div className="panel-head">
          <h2 className="grow" style={{ fontSize: 14, fontWeight: 600 }}>
            {props.title}
          </h2>
          {props.right}
        </div>
      )}
      <div className={props.flush ? undefined : "panel-body"}>{props.children}</div>
    </section>
  );
}

/** What a page will show, how to get there, and the command that does the same. */
export function Empty(props: {
  title: ReactNode;
  children?: ReactNode;
  command?: string;
  icon?: ReactNode;
}) {
  return (
    <div style={{ padding: "28px 20px", textAlign: "center", maxWidth: 620, margin: "0 auto" }}>
      {props.icon}
      <p style={{ fontWeight: 600, margin: "0 0 4px" }}>{props.title}</p>
      <div className="soft">{props.children}</div>
      {props.command && (
        <pre className="pre" style={{ display: "inline-block", marginTop: 10, textAlign: "left" }}>
          {props.command}
        </pre>
      )}
    </div>
  );
}

/** What went wrong, in the server's words, with the way to try again. */
export function ProblemView({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useStrings(S);
  const text = error instanceof Error ? error.message : String(error);
  return (
    <div
      role="alert"
      style={{ padding: "20px 16px", display: "flex", gap: 10, alignItems: "flex-start" }}
    >
      <CircleAlert
        size={18}
        color="var(--s-failed)"
        aria-hidden
        style={{ flex: "none", marginTop: 1 }}
      />
      <div>
        {!(error instanceof Problem) && (
          <p style={{ margin: "0 0 4px", fontWeight: 600 }}>{t("broke")}</p>
        )}
        <p style={{ margin: 0 }}>{text}</p>
        {retry && (
          <Button mt="sm" variant="default" leftSection={<RefreshCw size={13} />} onClick={retry}>
            {t("again")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Grey lines in the place of what comes; nothing for the first fifth of a second. */
export function Loading({ lines = 6 }: { lines?: number }) {
  const t = useStrings(S);
  const [shown, show] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => show(true), 200);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <Stack gap="xs" p="sm" role="status" aria-label={t("loading")}>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={16} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </Stack>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  refetch?: () => void;
}

/** What a query has: its data, or why there is none, or that it comes. */
export function Await<T>(props: {
  of: Asked<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.of;
  if (data !== undefined) return <>{props.children(data)}</>;
  if (error) return <ProblemView error={error} retry={refetch} />;
  return <Loading lines={props.lines} />;
}

/** Facts in two columns; those without a value are left out. */
export function Facts({ rows }: { rows: [ReactNode, ReactNode][] }) {
  return (
    <dl className="facts">
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([name, value], index) => (
          <div key={index} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
