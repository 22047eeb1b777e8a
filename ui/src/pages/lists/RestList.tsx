/** A list of the REST API as a page: filters in the address, pages as one scrolls, bulk actions. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { query, ui } from "@/api/client";
import { type Pair, strings, usePair, useStrings } from "@/app/i18n";
import { useSearchParams, useSearchState } from "@/app/search";
import { Await, PageHead } from "@/components/Blocks";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { useAction } from "@/components/useAction";
import { SavedViews } from "./SavedViews";

const S = strings({
  selected: ["{n} selected", "已选 {n} 项"],
  sure: ["{n} {n|row|rows} will be touched:", "将影响 {n} 项："],
  done: ["{what}: {n} {n|row|rows}", "{what}：{n} 项"],
  total: ["{n} in all", "共 {n} 项"],
});

export interface Filter {
  /** its name in the address */
  name: string;
  label: Pair;
  /** the server's parameters for a value */
  param: (value: string) => Record<string, string>;
  choices?: string[];
  /** what the choices are called, where they are no words of the server */
  words?: Record<string, Pair>;
}

export interface Bulk<T> {
  key: string;
  label: Pair;
  danger?: boolean;
  act: (row: T) => Promise<unknown>;
}

interface Props<T> {
  title: Pair;
  sentence?: Pair;
  /** "/api/v2/pools", and the field of its answer that has the rows */
  path: string;
  field: string;
  columns: Column<T>[];
  id: (row: T) => string;
  order: string;
  filters?: Filter[];
  /** parameters of the server that no filter of the page changes */
  always?: Record<string, string>;
  /** what stands above the list instead of the title */
  head?: ReactNode;
  bulk?: Bulk<T>[];
  row?: (row: T) => ReactNode;
  actions?: ReactNode;
  empty?: ReactNode;
  /** ask again that often, for what no event tells of */
  everyMs?: number;
}

const PAGE = 100;

export function RestList<T>(props: Props<T>) {
  const { path, field, id, filters = [], bulk = [] } = props;
  const t = useStrings(S);
  const say = usePair();
  const [search] = useSearchParams();
  const [order, setOrder] = useSearchState("order", props.order);
  const [selected, select] = useState<Set<string>>(new Set());
  const [deed, plan] = useState<Bulk<T> | null>(null);
  const asked = Object.assign(
    {},
    props.always,
    ...filters.map((each) => {
      const value = search[each.name];
      return typeof value === "string" && value ? each.param(value) : {};
    }),
  ) as Record<string, string>;
  const list = useInfiniteQuery({
    queryKey: ["list", path, asked, order],
    queryFn: async ({ pageParam }) => {
      const answer = await ui<Record<string, unknown>>(
        path + query({ ...asked, order_by: order, limit: PAGE, offset: pageParam }),
      );
      return { rows: answer[field] as T[], total: answer.total_entries as number };
    },
    initialPageParam: 0,
    getNextPageParam: (last, pages) => {
      const seen = pages.reduce((sum, each) => sum + each.rows.length, 0);
      return last.rows.length && seen < last.total ? seen : undefined;
    },
    refetchInterval: props.everyMs,
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.rows) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const chosen = rows.filter((row) => selected.has(id(row)));
  const act = useAction({
    act: async (what: Bulk<T>) => {
      // One after the other: each is a transaction of its own, and a refusal says which.
      for (const row of chosen) await what.act(row);
      return chosen.length;
    },
    done: (n, what) => t("done", { n, what: say(what.label) }),
    touches: () => [["list", path], ["home"]],
    after: () => {
      plan(null);
      select(new Set());
    },
  });
  const total = list.data?.pages[0]?.total;
  return (
    <div className="page">
      {props.head ?? (
        <PageHead
          title={say(props.title)}
          sentence={
            <>
              {props.sentence && say(props.sentence)}{" "}
              {total !== undefined && <span className="soft">{t("total", { n: total })}</span>}
            </>
          }
          actions={props.actions}
        />
      )}
      <Group gap="xs" mb="sm" className="filters">
        {filters.map((each) => (
          <FilterField key={each.name} filter={each} />
        ))}
        {filters.length > 1 && <SavedViews />}
        {bulk.length > 0 && chosen.length > 0 && (
          <Group gap={6} role="toolbar" aria-label={t("selected", { n: chosen.length })}>
            <span className="soft">{t("selected", { n: chosen.length })}</span>
            {bulk.map((each) => (
              <Button
                key={each.key}
                variant="default"
                color={each.danger ? "red" : undefined}
                onClick={() => plan(each)}
              >
                {say(each.label)}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      <Await of={list}>
        {() => (
          <DataTable
            label={say(props.title)}
            rows={rows}
            columns={props.columns}
            id={id}
            order={order}
            onOrder={setOrder}
            selected={bulk.length ? selected : undefined}
            onSelect={bulk.length ? select : undefined}
            more={more}
            empty={props.empty}
          />
        )}
      </Await>
      <Confirm<T>
        opened={deed !== null}
        onClose={() => plan(null)}
        title={deed ? say(deed.label) : ""}
        previewKey={["list", path, deed?.key, [...selected]]}
        preview={async () => chosen}
        heading={(found) => t("sure", { n: found.length })}
        row={(row) => props.row?.(row) ?? <span className="grow clip">{id(row)}</span>}
        button={() => (deed ? say(deed.label) : "")}
        danger={deed?.danger}
        pending={act.isPending}
        onConfirm={() => deed && act.mutate(deed)}
      />
    </div>
  );
}

const TYPING_MS = 300;

function FilterField({ filter }: { filter: Filter }) {
  const say = usePair();
  const [value, setValue] = useSearchState(filter.name);
  const [typed, type] = useState(value);
  useEffect(() => type(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => setValue(typed || undefined), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, setValue]);
  const label = say(filter.label);
  if (filter.choices) {
    return (
      <Select
        aria-label={label}
        placeholder={label}
        data={filter.choices.map((each) => ({
          value: each,
          label: say(filter.words?.[each] ?? [each, each]),
        }))}
        value={value || null}
        onChange={(next) => setValue(next ?? undefined)}
        clearable
        className="filter"
      />
    );
  }
  return (
    <TextInput
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => type(event.currentTarget.value)}
      className="filter"
    />
  );
}

/** A filter for names that contain what is typed. */
export function contains(name: string, label: Pair, param: string): Filter {
  return { name, label, param: (value) => ({ [param]: `%${value}%` }) };
}

/** A filter for exactly one value. */
export function exactly(name: string, label: Pair, param: string, choices?: string[]): Filter {
  return { name, label, param: (value) => ({ [param]: value }), choices };
}

/** A filter that the page puts into the path. */
export function inPath(name: string, label: Pair): Filter {
  return { name, label, param: () => ({}) };
}
