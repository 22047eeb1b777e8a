/** The note of a run or of a task instance: shown, and changed in place. */
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { strings, useStrings } from "@/app/i18n";
import { Panel } from "@/components/Blocks";
import { useAction } from "@/components/useAction";

const S = strings({
  note: ["Note", "备注"],
  noNote: [
    "A note for colleagues: what was seen, what was done.",
    "给同事的备注：看到了什么，做了什么。",
  ],
  save: ["Save the note", "保存备注"],
  saved: ["The note is saved", "备注已保存"],
});

export interface NotePanelProps {
  note: string | null | undefined;
  /** The run that shows it, or whose task instance does. */
  dagId: string;
  runId: string;
  act: (note: string | null) => Promise<unknown>;
}

export function NotePanel({ note, dagId, runId, act }: NotePanelProps) {
  const t = useStrings(S);
  const [text, setText] = useState(note ?? "");
  const save = useAction({
    act: () => act(text || null),
    done: () => t("saved"),
    touches: () => [["run", dagId, runId]],
  });
  return (
    <Panel title={t("note")}>
      <Textarea
        aria-label={t("note")}
        placeholder={t("noNote")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={1000}
      />
      {text !== (note ?? "") && (
        <Button mt="xs" loading={save.isPending} onClick={() => save.mutate(undefined)}>
          {t("save")}
        </Button>
      )}
    </Panel>
  );
}
