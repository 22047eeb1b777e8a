/** Before anything is touched: exactly what will be, then the button. */
import { Button, Group, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { strings, useStrings } from "@/app/i18n";
import { Loading, ProblemView } from "./Blocks";

const S = strings({
  cancel: ["Cancel", "取消"],
  nothing: ["Nothing would be touched.", "不会影响任何对象。"],
  more: ["and {n} more", "以及另外 {n} 项"],
});

interface Props<T> {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  /** asks the server what would be touched */
  preview: () => Promise<T[]>;
  previewKey: readonly unknown[];
  /** "This will clear 3 task instances:" */
  heading: (rows: T[]) => ReactNode;
  row: (row: T) => ReactNode;
  options?: ReactNode;
  button: (rows: T[]) => ReactNode;
  danger?: boolean;
  pending?: boolean;
  onConfirm: (rows: T[]) => void;
}

const SHOWN = 50;

export function Confirm<T>(props: Props<T>) {
  const t = useStrings(S);
  const found = useQuery({
    queryKey: ["preview", ...props.previewKey],
    queryFn: props.preview,
    enabled: props.opened,
    gcTime: 0,
    staleTime: 0,
  });
  const rows = found.data;
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={<strong>{props.title}</strong>}
      size="lg"
    >
      {props.options}
      {found.error ? (
        <ProblemView error={found.error} retry={() => found.refetch()} />
      ) : rows === undefined ? (
        <Loading lines={3} />
      ) : (
        <>
          <p style={{ margin: "8px 0" }}>{rows.length ? props.heading(rows) : t("nothing")}</p>
          {rows.length > 0 && (
            <ul className="preview-list">
              {rows.slice(0, SHOWN).map((row, index) => (
                <li key={index}>{props.row(row)}</li>
              ))}
              {rows.length > SHOWN && (
                <li className="soft">{t("more", { n: rows.length - SHOWN })}</li>
              )}
            </ul>
          )}
        </>
      )}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={props.onClose}>
          {t("cancel")}
        </Button>
        <Button
          color={props.danger ? "red" : undefined}
          disabled={!rows?.length}
          loading={props.pending}
          onClick={() => rows && props.onConfirm(rows)}
          data-autofocus
        >
          {props.button(rows ?? [])}
        </Button>
      </Group>
    </Modal>
  );
}
