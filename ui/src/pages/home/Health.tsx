/** The strip that says whether the installation is well. */
import { Link } from "@tanstack/react-router";
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react";
import type { ReactNode } from "react";
import type { Home } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { Time } from "@/components/Time";

const S = strings({
  strip: ["Health", "健康状况"],
  scheduler: ["Scheduler", "调度器"],
  triggerer: ["Triggerer", "触发器进程"],
  database: ["Database", "数据库"],
  broker: ["Broker", "消息代理"],
  workers: ["Workers", "工作节点"],
  tasks: ["Tasks", "任务"],
  busy: ["{running} running, {queued} queued", "{running} 运行中，{queued} 排队"],
  slots: ["of {slots} slots", "共 {slots} 个槽位"],
  files: ["DAG files", "DAG 文件"],
  errors: ["{n} import {n|error|errors}", "{n} 个导入错误"],
  fine: ["all imported", "全部导入成功"],
  step: ["last step", "上一步"],
  never: ["never started", "从未启动"],
  healthy: ["healthy", "正常"],
  unhealthy: ["does not answer", "无响应"],
  none: ["none", "无"],
});

type Status = "healthy" | "unhealthy" | "none";

function Part({ name, status, children }: { name: string; status: Status; children?: ReactNode }) {
  const t = useStrings(S);
  const Icon = status === "healthy" ? CircleCheck : status === "none" ? CircleDashed : CircleAlert;
  const colour = {
    healthy: "var(--s-success)",
    unhealthy: "var(--s-failed)",
    none: "var(--s-none)",
  };
  return (
    <div className="health-part" data-status={status}>
      <Icon size={15} color={colour[status]} role="img" aria-label={t(status)} />
      <div>
        <div style={{ fontWeight: 500 }}>{name}</div>
        <div className="soft small">{children}</div>
      </div>
    </div>
  );
}

function known(status: string | null | undefined): Status {
  return status === "healthy" ? "healthy" : status ? "unhealthy" : "none";
}

export function Health({ data }: { data: Home }) {
  const t = useStrings(S);
  const { health } = data;
  return (
    <section className="health" aria-label={t("strip")}>
      <Part name={t("scheduler")} status={known(health.scheduler.status)}>
        {health.scheduler.heartbeat ? (
          <>
            {t("step")} <Time at={health.scheduler.heartbeat} form="relative" />
          </>
        ) : (
          t("never")
        )}
      </Part>
      <Part name={`${t("tasks")} · ${health.executor}`} status="healthy">
        {t("busy", { running: health.running, queued: health.queued })}
        {health.slots !== null && ` ${t("slots", { slots: health.slots })}`}
      </Part>
      {!!health.workers?.length && (
        <Part name={t("workers")} status="healthy">
          {health.workers.map((each) => each.hostname).join(", ")}
        </Part>
      )}
      {health.triggerer?.status && (
        <Part name={t("triggerer")} status={known(health.triggerer.status)}>
          <Time at={health.triggerer.heartbeat} form="relative" none={t("never")} />
        </Part>
      )}
      <Part name={t("database")} status={known(health.database.status)}>
        {t(known(health.database.status))}
      </Part>
      {health.broker && (
        <Part name={t("broker")} status={known(health.broker.status)}>
          {t(known(health.broker.status))}
        </Part>
      )}
      <Part name={t("files")} status={data.import_errors ? "unhealthy" : "healthy"}>
        {data.import_errors ? (
          <Link to={"/import-errors" as never}>{t("errors", { n: data.import_errors })}</Link>
        ) : (
          t("fine")
        )}
      </Part>
    </section>
  );
}
