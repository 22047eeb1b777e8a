import { useQuery } from "@tanstack/react-query";
import { whyQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { Await, Empty } from "@/components/Blocks";
import { Reasons } from "@/pages/instance/WhyPart";

const S = strings({ nothing: ["Nothing holds this run", "没有任何因素阻碍此运行"] });

export function RunWhy({ dagId, runId }: { dagId: string; runId: string }) {
  const t = useStrings(S);
  const why = useQuery(whyQuery(dagId, runId));
  return (
    <Await of={why} lines={3}>
      {(data) =>
        data.reasons.length ? (
          <Reasons id={{ dagId, runId }} reasons={data.reasons} />
        ) : (
          <Empty title={t("nothing")} />
        )
      }
    </Await>
  );
}
