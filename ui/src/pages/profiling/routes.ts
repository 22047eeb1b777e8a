/** The pages of this area. */
import { DatabaseZap } from "lucide-react";
import { type PageRoute, page } from "@/app/pages";

export const profilingRoutes: PageRoute[] = [
  {
    path: "/profiling",
    title: ["Data profiling", "数据分析"],
    section: "profiling",
    icon: DatabaseZap,
    component: page(() => import("./Profiling"), "Profiling"),
  },
];
