/** What a page declares of itself; router, navigation and palette are made from it. */
import type { LucideIcon } from "lucide-react";
import { type ComponentType, type FunctionComponent, type LazyExoticComponent, lazy } from "react";
import type { Pair } from "./i18n";

export type Section = "top" | "browse" | "admin" | "profiling" | "hidden";

export interface PageRoute {
  /** "/variables", "/assets/$assetId" */
  path: string;
  title: Pair;
  section: Section;
  icon?: LucideIcon;
  component: FunctionComponent | LazyExoticComponent<ComponentType>;
  /** sign-in and the like: no navigation around it */
  bare?: boolean;
}

/**
 * A page that is fetched when it is first opened, or when the pointer rests on a link to it:
 * `page(() => import("./Pools"), "Pools")`.
 */
export function page<K extends string>(
  load: () => Promise<Record<K, ComponentType>>,
  name: K,
): LazyExoticComponent<ComponentType> {
  const made = lazy(async () => ({ default: (await load())[name] }));
  return Object.assign(made, { preload: load });
}
