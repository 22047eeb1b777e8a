/** The pages of this area. */
import { Boxes, History, ListChecks, Play, ServerCog } from "lucide-react";
import { type PageRoute, page } from "@/app/pages";

export const browseRoutes: PageRoute[] = [
  {
    path: "/dag_runs",
    title: ["Runs", "运行"],
    section: "browse",
    icon: Play,
    component: page(() => import("./Runs"), "Runs"),
  },
  {
    path: "/task_instances",
    title: ["Task instances", "任务实例"],
    section: "browse",
    icon: ListChecks,
    component: page(() => import("./Instances"), "Instances"),
  },
  {
    path: "/assets",
    title: ["Assets", "资产"],
    section: "browse",
    icon: Boxes,
    component: page(() => import("./Assets"), "Assets"),
  },
  {
    path: "/events",
    title: ["Audit log", "审计日志"],
    section: "browse",
    icon: History,
    component: page(() => import("./Audit"), "Audit"),
  },
  {
    path: "/jobs",
    title: ["Jobs and workers", "作业与工作节点"],
    section: "browse",
    icon: ServerCog,
    component: page(() => import("./Jobs"), "Jobs"),
  },
];
