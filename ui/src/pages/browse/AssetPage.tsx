/** One asset: who writes it, who reads it, what it starts, and its events. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ArrowRight, BellPlus, Boxes, Play } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Await, PageHead } from "@/components/Blocks";
import { DagLink, runPath } from "@/components/Link";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";
import { EditDialog } from "@/pages/lists/EditDialog";
import { EventList } from "./AssetEvents";
import type { Asset } from "./Assets";

const S = strings({
  all: ["Assets", "资产"],
  one: ["Asset", "资产"],
  updated: ["Last updated", "上次更新："],
  never: ["No update has been reported yet.", "尚无更新记录。"],
  graph: ["Where it stands", "资产关系"],
  writers: ["Written by", "写入者"],
  readers: ["Read by", "读取者"],
  starts: ["Starts", "触发"],
  noWriter: ["no task", "无任务"],
  noReader: ["nothing here", "无"],
  make: ["Make it now", "立即生成"],
  made: ["{dag} runs", "{dag} 已开始运行"],
  report: ["Report an update", "上报更新"],
  extra: ["Details (JSON)", "详情 (JSON)"],
  events: ["Events", "事件"],
});

export function AssetPage() {
  const t = useStrings(S);
  const { assetId = "" } = useParams({ strict: false }) as { assetId?: string };
  const asset = useQuery({
    queryKey: ["list", "/api/v2/assets", assetId],
    queryFn: () => ui<Asset>(url`/api/v2/assets/${assetId}`),
  });
  if (!asset.data) {
    return (
      <div className="page">
        <PageHead above={<Link to="/assets">{t("all")}</Link>} title={t("one")} />
        <Await of={asset}>{() => null}</Await>
      </div>
    );
  }
  return <EventList key={assetId} of={assetId} head={<Head asset={asset.data} />} />;
}

function Head({ asset }: { asset: Asset }) {
  const t = useStrings(S);
  const navigate = useNavigate();
  const [reports, report] = useState(false);
  const make = useAction({
    act: () =>
      ui<{ dag_id: string; dag_run_id: string }>(url`/api/v2/assets/${asset.id}/materialize`, {
        method: "POST",
        json: {},
      }),
    done: (run) => t("made", { dag: run.dag_id }),
    after: (run) => navigate({ to: runPath(run.dag_id, run.dag_run_id) }),
  });
  const last = asset.last_asset_event?.timestamp;
  return (
    <>
      <PageHead
        above={<Link to="/assets">{t("all")}</Link>}
        title={<span className="break">{asset.name}</span>}
        sentence={
          last ? (
            <>
              {t("updated")} <Time at={last} />
            </>
          ) : (
            t("never")
          )
        }
        actions={
          <>
            <Button
              variant="default"
              leftSection={<BellPlus size={13} />}
              onClick={() => report(true)}
            >
              {t("report")}
            </Button>
            {asset.producing_tasks.length > 0 && (
              <Button
                leftSection={<Play size={13} />}
                loading={make.isPending}
                onClick={() => make.mutate(undefined)}
              >
                {t("make")}
              </Button>
            )}
          </>
        }
      />
      <Standing asset={asset} />
      <h2 className="list-title" style={{ marginTop: 20 }}>
        {t("events")}
      </h2>
      <EditDialog
        opened={reports}
        onClose={() => report(false)}
        title={t("report")}
        fields={[{ name: "extra", label: S.extra, kind: "area" }]}
        name={() => asset.name}
        save={async (values) => {
          const text = String(values.extra ?? "").trim();
          await ui("/api/v2/assets/events", {
            method: "POST",
            json: { asset_id: asset.id, extra: text ? JSON.parse(text) : {} },
          });
        }}
        touches={[
          ["list", "/api/v2/assets/events"],
          ["list", "/api/v2/assets"],
        ]}
      />
    </>
  );
}

/** The asset between those who write and those who read it. */
function Standing({ asset }: { asset: Asset }) {
  const t = useStrings(S);
  const readers = asset.consuming_tasks;
  const starts = asset.scheduled_dags;
  return (
    <section className="lineage" aria-label={t("graph")}>
      <Side title={t("writers")} none={t("noWriter")}>
        {asset.producing_tasks.map((each) => (
          <Of key={`${each.dag_id} ${each.task_id}`} {...each} />
        ))}
      </Side>
      <ArrowRight className="lineage-arrow" size={18} aria-hidden />
      <div className="lineage-box lineage-self">
        <Boxes size={16} aria-hidden />
        <code className="break">{asset.uri || asset.name}</code>
      </div>
      <ArrowRight className="lineage-arrow" size={18} aria-hidden />
      <div className="lineage-side">
        {(starts.length > 0 || readers.length === 0) && (
          <Side title={t("starts")} none={t("noReader")}>
            {starts.map((each) => (
              <Of key={each.dag_id} dag_id={each.dag_id} />
            ))}
          </Side>
        )}
        {readers.length > 0 && (
          <Side title={t("readers")} none={t("noReader")}>
            {readers.map((each) => (
              <Of key={`${each.dag_id} ${each.task_id}`} {...each} />
            ))}
          </Side>
        )}
      </div>
    </section>
  );
}

function Side(props: { title: string; none: string; children: ReactNode[] }) {
  return (
    <div className="lineage-side">
      <h3 className="soft small">{props.title}</h3>
      {props.children.length ? (
        props.children
      ) : (
        <div className="lineage-box faint">{props.none}</div>
      )}
    </div>
  );
}

function Of({ dag_id, task_id }: { dag_id: string; task_id?: string }) {
  return (
    <div className="lineage-box">
      <DagLink dagId={dag_id} />
      {task_id && <span className="soft clip">{task_id}</span>}
    </div>
  );
}
