/** The pages of this area. */
import type { PageRoute } from "@/app/pages";

export const profilingRoutes: PageRoute[] = [];
