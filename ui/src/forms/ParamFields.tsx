/** A field for each param of a DAG, as its JSON schema says. */
import {
  Checkbox,
  MultiSelect,
  NumberInput,
  Select,
  TagsInput,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { strings, useStrings } from "@/app/i18n";

export interface Schema {
  type?: string | string[];
  title?: string;
  description?: string;
  description_md?: string;
  format?: string;
  enum?: unknown[];
  examples?: unknown[];
  values_display?: Record<string, string>;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  const?: unknown;
}
export interface Param {
  value: unknown;
  schema?: Schema;
  description?: string | null;
}

const S = strings({
  badJson: ["This is not JSON.", "这不是 JSON。"],
  unset: ["not set", "未设置"],
});

const typesOf = (schema: Schema) =>
  Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [];

/** What kind of field suits; a param without a schema goes by its value. */
export function kindOf(schema: Schema, value: unknown): string {
  if (schema.enum) return "enum";
  const type = typesOf(schema).find((each) => each !== "null");
  if (type === "array") {
    if (schema.items?.enum || schema.examples) return "several";
    return !schema.items || schema.items.type === "string" ? "strings" : "json";
  }
  if (type === "object") return schema.properties ? "object" : "json";
  if (type === "integer" || type === "number" || type === "boolean") return type;
  if (type === "string") return schema.format ?? (schema.examples ? "examples" : "text");
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number";
  return typeof value === "string" ? "text" : "json";
}

interface FieldProps {
  name: string;
  schema: Schema;
  value: unknown;
  required: boolean;
  description?: string | null;
  error?: string;
  onChange: (value: unknown) => void;
}

/** `2026-11-28T09:00:00+00:00` as a field for dates and times has it, and back; times are UTC. */
const toLocal = (value: unknown) => (typeof value === "string" ? value.slice(0, 16) : "");
const fromLocal = (text: string) => (text ? `${text}:00+00:00` : null);

export function ParamField(props: FieldProps) {
  const t = useStrings(S);
  const { name, schema, value, onChange } = props;
  const nullable = typesOf(schema).includes("null") || !props.required;
  const kind = kindOf(schema, value);
  const about = {
    label: schema.title ?? name,
    description: props.description ?? schema.description ?? schema.description_md,
    error: props.error,
    withAsterisk: props.required && kind !== "boolean",
    disabled: schema.const !== undefined,
  };
  const text = (next: string) => onChange(next === "" && nullable ? null : next);
  const plain = typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (kind === "boolean") {
    return (
      <Checkbox
        {...about}
        checked={value === true}
        indeterminate={value === null || value === undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    );
  }
  if (kind === "integer" || kind === "number") {
    return (
      <NumberInput
        {...about}
        value={plain}
        allowDecimal={kind === "number"}
        min={schema.minimum}
        max={schema.maximum}
        clampBehavior="none"
        onChange={(next) => onChange(next === "" ? null : Number(next))}
      />
    );
  }
  if (kind === "enum") {
    const choices = schema.enum ?? [];
    const at = choices.indexOf(value);
    return (
      <Select
        {...about}
        placeholder={t("unset")}
        value={at < 0 ? null : String(at)}
        data={choices.map((each, index) => ({
          value: String(index),
          label: schema.values_display?.[String(each)] ?? String(each),
        }))}
        searchable={choices.length > 8}
        clearable={nullable && !choices.includes(null)}
        onChange={(next) => onChange(next === null ? null : choices[Number(next)])}
      />
    );
  }
  if (kind === "several") {
    const choices = schema.items?.enum ?? schema.examples ?? [];
    const chosen = Array.isArray(value) ? value : [];
    return (
      <MultiSelect
        {...about}
        value={chosen.map((each) => String(choices.indexOf(each))).filter((each) => each !== "-1")}
        data={choices.map((each, index) => ({
          value: String(index),
          label: schema.values_display?.[String(each)] ?? String(each),
        }))}
        searchable
        clearable
        onChange={(next) => onChange(next.map((each) => choices[Number(each)]))}
      />
    );
  }
  if (kind === "strings") {
    return (
      <TagsInput
        {...about}
        value={Array.isArray(value) ? value.map(String) : []}
        onChange={onChange}
        clearable
      />
    );
  }
  if (kind === "object") {
    const inside = (value && typeof value === "object" ? value : {}) as Record<string, unknown>;
    return (
      <fieldset className="param-group">
        <legend>{about.label}</legend>
        {about.description && <p className="soft small">{about.description}</p>}
        {Object.entries(schema.properties ?? {}).map(([key, each]) => (
          <ParamField
            key={key}
            name={key}
            schema={each}
            value={inside[key]}
            required={schema.required?.includes(key) ?? false}
            onChange={(next) => onChange({ ...inside, [key]: next })}
          />
        ))}
        {props.error && (
          <p className="param-error" role="alert">
            {props.error}
          </p>
        )}
      </fieldset>
    );
  }
  if (kind === "json") return <JsonField {...props} about={about} />;
  if (kind === "date" || kind === "time" || kind === "date-time") {
    const whole = kind === "date-time";
    return (
      <TextInput
        {...about}
        label={whole ? `${about.label} (UTC)` : about.label}
        type={whole ? "datetime-local" : kind}
        value={whole ? toLocal(value) : plain}
        onChange={(event) => {
          const next = event.currentTarget.value;
          if (whole) onChange(fromLocal(next));
          else onChange(next || null);
        }}
      />
    );
  }
  if (kind === "multiline" || plain.includes("\n")) {
    return (
      <Textarea
        {...about}
        value={plain}
        autosize
        minRows={3}
        maxRows={12}
        onChange={(event) => text(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...about}
      type={kind === "password" ? "password" : "text"}
      list={kind === "examples" ? `examples-${name}` : undefined}
      maxLength={schema.maxLength}
      value={plain}
      placeholder={value === null || value === undefined ? t("unset") : undefined}
      onChange={(event) => text(event.currentTarget.value)}
      rightSection={
        kind === "examples" ? (
          <datalist id={`examples-${name}`}>
            {(schema.examples ?? []).map((each) => (
              <option key={String(each)} value={String(each)} />
            ))}
          </datalist>
        ) : undefined
      }
    />
  );
}

/** Whatever has no better field; what is no JSON yet stays in the field. */
function JsonField(props: FieldProps & { about: object }) {
  const t = useStrings(S);
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <Textarea
      {...props.about}
      value={draft ?? (props.value === undefined ? "" : JSON.stringify(props.value, null, 2))}
      error={draft !== null ? t("badJson") : props.error}
      autosize
      minRows={2}
      maxRows={12}
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
      onChange={(event) => {
        const text = event.currentTarget.value;
        try {
          props.onChange(text === "" ? null : JSON.parse(text));
          setDraft(null);
        } catch {
          setDraft(text);
        }
      }}
    />
  );
}
