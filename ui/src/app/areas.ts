/** Every page there is: each area's own list. */
import { CircleGauge, ListTree } from "lucide-react";
import { adminRoutes } from "@/pages/admin/routes";
import { browseRoutes } from "@/pages/browse/routes";
import { Home } from "@/pages/home/Home";
import { profilingRoutes } from "@/pages/profiling/routes";
import { type PageRoute, page } from "./pages";

export const TOP: PageRoute[] = [
  { path: "/", title: ["Home", "首页"], section: "top", icon: CircleGauge, component: Home },
  {
    path: "/dags",
    title: ["DAGs", "DAG 列表"],
    section: "top",
    icon: ListTree,
    component: page(() => import("@/pages/dags/Dags"), "Dags"),
  },
];

const dag = page(() => import("@/pages/dag/DagPage"), "DagPage");
const instance = page(() => import("@/pages/instance/InstancePage"), "InstancePage");

const OBJECTS: PageRoute[] = [
  { path: "/dags/$dagId", title: ["DAG", "DAG"], section: "hidden", component: dag },
  { path: "/dags/$dagId/$tab", title: ["DAG", "DAG"], section: "hidden", component: dag },
  {
    path: "/dags/$dagId/find",
    title: ["Find a run", "查找运行"],
    section: "hidden",
    component: page(() => import("@/pages/run/FindRun"), "FindRun"),
  },
  {
    path: "/dags/$dagId/runs/$runId",
    title: ["Run", "运行"],
    section: "hidden",
    component: page(() => import("@/pages/run/RunPage"), "RunPage"),
  },
  {
    path: "/dags/$dagId/runs/$runId/tasks/$taskId",
    title: ["Task instance", "任务实例"],
    section: "hidden",
    component: instance,
  },
  {
    path: "/dags/$dagId/runs/$runId/tasks/$taskId/mapped/$mapIndex",
    title: ["Task instance", "任务实例"],
    section: "hidden",
    component: instance,
  },
  {
    path: "/auth/login",
    title: ["Sign in", "登录"],
    section: "hidden",
    component: page(() => import("@/shell/SignIn"), "SignIn"),
    bare: true,
  },
];

export const PAGES: PageRoute[] = [
  ...TOP,
  ...browseRoutes,
  ...adminRoutes,
  ...profilingRoutes,
  ...OBJECTS,
];
