/** A form for one object, made from a table of its fields. */
import {
  Button,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { type Pair, strings, usePair, useStrings } from "@/app/i18n";
import { useAction } from "@/components/useAction";

const S = strings({
  cancel: ["Cancel", "取消"],
  save: ["Save", "保存"],
  saved: ["{name} was saved", "已保存 {name}"],
});

export type Values = Record<string, unknown>;

export interface Field {
  name: string;
  label: Pair;
  kind?: "text" | "number" | "area" | "password" | "check" | "select" | "many";
  help?: Pair;
  required?: boolean;
  choices?: string[];
  /** cannot be changed once the object is there */
  fixed?: boolean;
}

interface Props {
  opened: boolean;
  onClose: () => void;
  title: ReactNode;
  fields: Field[];
  /** what the object has now; undefined: it is made */
  before?: Values;
  initial?: Values;
  name: (values: Values) => string;
  save: (values: Values) => Promise<unknown>;
  touches: readonly (readonly unknown[])[];
  /** more buttons, which see the values as they stand */
  extra?: (values: Values) => ReactNode;
}

/** Made anew each time it opens, so that no form keeps what another left. */
export function EditDialog(props: Props) {
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={<strong>{props.title}</strong>}
      size="lg"
    >
      {props.opened && <Form {...props} />}
    </Modal>
  );
}

function Form(props: Props) {
  const t = useStrings(S);
  const [values, setValues] = useState<Values>({ ...props.initial, ...props.before });
  const action = useAction({
    act: (all: Values) => props.save(all),
    done: (_, all) => t("saved", { name: props.name(all) }),
    touches: () => props.touches,
    after: props.onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    action.mutate(values);
  }
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {props.fields.map((field) => (
          <FieldInput
            key={field.name}
            field={field}
            value={values[field.name]}
            disabled={!!field.fixed && props.before !== undefined}
            onChange={(value) => setValues((all) => ({ ...all, [field.name]: value }))}
          />
        ))}
      </Stack>
      {props.extra?.(values)}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={props.onClose}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={action.isPending}>
          {t("save")}
        </Button>
      </Group>
    </form>
  );
}

function FieldInput(props: {
  field: Field;
  value: unknown;
  disabled: boolean;
  onChange: (value: unknown) => void;
}) {
  const { field, value, disabled, onChange } = props;
  const say = usePair();
  const same = {
    label: say(field.label),
    description: field.help && say(field.help),
    required: field.required,
    disabled,
  };
  const text = typeof value === "string" ? value : "";
  switch (field.kind) {
    case "number":
      return (
        <NumberInput
          {...same}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(next === "" ? null : Number(next))}
          allowDecimal={false}
        />
      );
    case "check":
      return (
        <Checkbox
          label={same.label}
          description={same.description}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "area":
      return (
        <Textarea
          {...same}
          value={text}
          autosize
          minRows={3}
          maxRows={14}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "password":
      return (
        <PasswordInput
          {...same}
          value={text}
          autoComplete="new-password"
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case "select":
      return (
        <Select {...same} data={field.choices ?? []} value={text || null} onChange={onChange} />
      );
    case "many":
      return (
        <MultiSelect
          {...same}
          data={field.choices ?? []}
          value={(value as string[] | undefined) ?? []}
          onChange={onChange}
        />
      );
    default:
      return (
        <TextInput
          {...same}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
  }
}
