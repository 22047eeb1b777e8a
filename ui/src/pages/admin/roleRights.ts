/** The rights of roles, as the server tells them and as people read them. */
import type { Pair } from "@/app/i18n";

export interface Right {
  action: { name: string };
  resource: { name: string };
}

export interface Role {
  name: string;
  actions: Right[];
}

export const BUILT_IN = ["Viewer", "User", "Op", "Admin"];

/** What is done, in the order of how much it changes. */
export const ACTIONS: Record<string, Pair> = {
  can_read: ["read", "查看"],
  can_mark: ["mark as favourite", "收藏"],
  can_run: ["run", "运行"],
  can_create: ["create", "新建"],
  can_edit: ["edit", "编辑"],
  can_delete: ["delete", "删除"],
};

/** Resources whose names are not words of the pages. */
export const RESOURCES: Record<string, Pair> = {
  DAGs: ["DAGs", "DAG"],
  "DAG Runs": ["Runs", "运行"],
  Tasks: ["Tasks", "任务"],
  "Task Instances": ["Task instances", "任务实例"],
  "Task Logs": ["Logs", "日志"],
  "DAG Code": ["Code", "代码"],
  "DAG Versions": ["Versions", "版本"],
  XComs: ["XComs", "XCom"],
  Assets: ["Assets", "资产"],
  "HITL Detail": ["Required actions", "待处理操作"],
  ImportError: ["Import errors", "导入错误"],
  Jobs: ["Jobs", "作业"],
  Pools: ["Pools", "资源池"],
  Variables: ["Variables", "变量"],
  Connections: ["Connections", "连接"],
  "Audit Logs": ["Audit log", "审计日志"],
  Configurations: ["Configuration", "配置"],
  Plugins: ["Plugins", "插件"],
  Providers: ["Providers", "Provider"],
  profiling: ["Data profiling", "数据分析"],
  Users: ["Users and roles", "用户与角色"],
};

export const key = (right: Right): string => `${right.resource.name} ${right.action.name}`;

export interface Row {
  resource: string;
  /** all actions that exist on it */
  actions: string[];
}

/** Every resource with its actions: what Admin may do is all there is. */
export function rowsOf(roles: Role[]): Row[] {
  const made = new Map<string, Set<string>>();
  for (const right of roles.find((role) => role.name === "Admin")?.actions ?? []) {
    const found = made.get(right.resource.name) ?? new Set();
    made.set(right.resource.name, found.add(right.action.name));
  }
  const order = Object.keys(RESOURCES);
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...made]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([resource, actions]) => ({ resource, actions: sorted([...actions]) }));
}

export function sorted(actions: string[]): string[] {
  const order = Object.keys(ACTIONS);
  return actions.sort((a, b) => order.indexOf(a) - order.indexOf(b));
}
