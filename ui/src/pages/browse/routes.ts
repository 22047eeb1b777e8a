/** The pages of this area. */
import {
  AlarmClock,
  Boxes,
  History,
  ListChecks,
  MessageCircleQuestion,
  PackageOpen,
  Play,
  RadioTower,
  ServerCog,
} from "lucide-react";
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
    path: "/required_actions",
    title: ["Required actions", "待处理操作"],
    section: "browse",
    icon: MessageCircleQuestion,
    component: page(() => import("./Questions"), "Questions"),
  },
  {
    path: "/xcoms",
    title: ["XComs", "XCom"],
    section: "browse",
    icon: PackageOpen,
    component: page(() => import("./XComs"), "XComs"),
  },
  {
    path: "/misses",
    title: ["Missed deadlines", "错过的期限"],
    section: "browse",
    icon: AlarmClock,
    component: page(() => import("./Misses"), "Misses"),
  },
  {
    path: "/assets",
    title: ["Assets", "资产"],
    section: "browse",
    icon: Boxes,
    component: page(() => import("./Assets"), "Assets"),
  },
  {
    path: "/asset/$assetId",
    title: ["Asset", "资产"],
    section: "hidden",
    component: page(() => import("./AssetPage"), "AssetPage"),
  },
  {
    path: "/asset_events",
    title: ["Asset events", "资产事件"],
    section: "browse",
    icon: RadioTower,
    component: page(() => import("./AssetEvents"), "AssetEvents"),
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
    title: ["Jobs", "作业"],
    section: "browse",
    icon: ServerCog,
    component: page(() => import("./Jobs"), "Jobs"),
  },
];
