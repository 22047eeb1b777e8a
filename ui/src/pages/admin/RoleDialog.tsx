/** A role that people made: its name, and a tick for each right. */
import { Button, Checkbox, Group, Modal, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { ui, url } from "@/api/client";
import { strings, usePair, useStrings } from "@/app/i18n";
import { useAction } from "@/components/useAction";
import { ACTIONS, key, RESOURCES, type Role, type Row } from "./roleRights";

const S = strings({
  add: ["New role", "新建角色"],
  edit: ["Role {name}", "角色 {name}"],
  name: ["Name", "名称"],
  rights: ["What it may do", "权限"],
  save: ["Save", "保存"],
  cancel: ["Cancel", "取消"],
  delete: ["Delete", "删除"],
  saved: ["{name} was saved", "已保存 {name}"],
  deleted: ["{name} was deleted", "已删除 {name}"],
  sure: [
    "Delete {name}? Whoever has only this role may do nothing any more.",
    "删除 {name}？仅拥有此角色的用户将失去所有权限。",
  ],
});

const PATH = "/auth/fab/v1/roles";

interface Props {
  /** undefined: it is made */
  role?: Role;
  rows: Row[];
  onClose: () => void;
}

export function RoleDialog(props: Props) {
  const t = useStrings(S);
  const title = props.role ? t("edit", { name: props.role.name }) : t("add");
  return (
    <Modal opened onClose={props.onClose} title={<strong>{title}</strong>} size="lg">
      <Form {...props} />
    </Modal>
  );
}

function Form({ role, rows, onClose }: Props) {
  const t = useStrings(S);
  const pair = usePair();
  const [name, setName] = useState(role?.name ?? "");
  const [rights, setRights] = useState(() => new Set(role?.actions.map(key)));
  const [leaving, leave] = useState(false);
  const touches = () => [["roles"]];
  const save = useAction({
    act: () => {
      const actions = rows.flatMap(({ resource, actions }) =>
        actions
          .filter((action) => rights.has(`${resource} ${action}`))
          .map((action) => ({ action: { name: action }, resource: { name: resource } })),
      );
      const json = { name, actions };
      return role
        ? ui(url`/auth/fab/v1/roles/${role.name}`, { method: "PATCH", json })
        : ui(PATH, { method: "POST", json });
    },
    done: () => t("saved", { name }),
    touches,
    after: onClose,
  });
  const remove = useAction({
    act: () => ui(url`/auth/fab/v1/roles/${name}`, { method: "DELETE" }),
    done: () => t("deleted", { name }),
    touches,
    after: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    save.mutate(undefined);
  }
  if (leaving) {
    return (
      <>
        <p>{t("sure", { name })}</p>
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => leave(false)}>
            {t("cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>
            {t("delete")}
          </Button>
        </Group>
      </>
    );
  }
  return (
    <form onSubmit={submit}>
      <TextInput
        label={t("name")}
        required
        disabled={!!role}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <fieldset className="rights">
        <legend>{t("rights")}</legend>
        {rows.map(({ resource, actions }) => (
          <div key={resource} className="rights-row">
            <span>{pair(RESOURCES[resource] ?? [resource, resource])}</span>
            <Group gap="sm">
              {actions.map((action) => {
                const right = `${resource} ${action}`;
                const word = pair(ACTIONS[action] ?? [action, action]);
                return (
                  <Checkbox
                    key={action}
                    size="xs"
                    label={word}
                    aria-label={`${pair(RESOURCES[resource] ?? [resource, resource])}: ${word}`}
                    checked={rights.has(right)}
                    onChange={() => {
                      const next = new Set(rights);
                      if (!next.delete(right)) next.add(right);
                      setRights(next);
                    }}
                  />
                );
              })}
            </Group>
          </div>
        ))}
      </fieldset>
      <Group justify="flex-end" mt="md">
        {role && (
          <Button variant="subtle" color="red" mr="auto" onClick={() => leave(true)}>
            {t("delete")}
          </Button>
        )}
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button type="submit" loading={save.isPending}>
          {t("save")}
        </Button>
      </Group>
    </form>
  );
}
