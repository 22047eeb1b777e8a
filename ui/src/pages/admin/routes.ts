/** The pages of this area. */
import {
  Cable,
  KeyRound,
  Layers,
  Puzzle,
  Server,
  Settings,
  ShieldCheck,
  Users,
} from "lucide-react";
import { type PageRoute, page } from "@/app/pages";

export const adminRoutes: PageRoute[] = [
  {
    path: "/connections",
    title: ["Connections", "连接"],
    section: "admin",
    icon: Cable,
    component: page(() => import("./Connections"), "Connections"),
  },
  {
    path: "/variables",
    title: ["Variables", "变量"],
    section: "admin",
    icon: KeyRound,
    component: page(() => import("./Variables"), "Variables"),
  },
  {
    path: "/pools",
    title: ["Pools", "资源池"],
    section: "admin",
    icon: Layers,
    component: page(() => import("./Pools"), "Pools"),
  },
  {
    path: "/queues",
    title: ["Workers and queues", "工作节点与队列"],
    section: "admin",
    icon: Server,
    component: page(() => import("./Queues"), "Queues"),
  },
  {
    path: "/users",
    title: ["Users", "用户"],
    section: "admin",
    icon: Users,
    component: page(() => import("./Users"), "Users"),
  },
  {
    path: "/roles",
    title: ["Roles", "角色"],
    section: "admin",
    icon: ShieldCheck,
    component: page(() => import("./Roles"), "Roles"),
  },
  {
    path: "/plugins",
    title: ["Plugins", "插件"],
    section: "admin",
    icon: Puzzle,
    component: page(() => import("./Plugins"), "Plugins"),
  },
  {
    path: "/config",
    title: ["Configuration", "配置"],
    section: "admin",
    icon: Settings,
    component: page(() => import("./Configuration"), "Configuration"),
  },
];
