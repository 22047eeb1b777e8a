/** Addresses and the pages they show. */
import type { QueryClient } from "@tanstack/react-query";
import { createRootRoute, createRoute, createRouter, Outlet } from "@tanstack/react-router";
import { Suspense } from "react";
import { PREFIX } from "@/api/client";
import { Loading } from "@/components/Blocks";
import { NotFound } from "@/shell/NotFound";
import { PageError } from "@/shell/PageError";
import { Shell } from "@/shell/Shell";
import { PAGES } from "./areas";
import { askEarly } from "./early";
import { parseSearch, stringifySearch } from "./search";

export function makeRouter(client: QueryClient) {
  const root = createRootRoute({ component: Outlet, notFoundComponent: () => <NotFound framed /> });
  const framed = createRoute({
    getParentRoute: () => root,
    id: "framed",
    component: () => (
      <Shell client={client}>
        <Suspense fallback={<Loading />}>
          <Outlet />
        </Suspense>
      </Shell>
    ),
  });
  const bare = createRoute({
    getParentRoute: () => root,
    id: "bare",
    component: () => (
      <Suspense fallback={null}>
        <Outlet />
      </Suspense>
    ),
  });
  const made = (which: boolean) =>
    PAGES.filter((each) => !!each.bare === which).map((each) =>
      createRoute({
        getParentRoute: () => (which ? bare : framed),
        path: each.path,
        component: each.component,
        loader: ({ location }) => askEarly(client, location.pathname, location.search),
        errorComponent: PageError,
      }),
    );
  return createRouter({
    routeTree: root.addChildren([framed.addChildren(made(false)), bare.addChildren(made(true))]),
    basepath: PREFIX || "/",
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadDelay: 80,
    defaultErrorComponent: PageError,
    defaultNotFoundComponent: () => <NotFound />,
    scrollRestoration: true,
  });
}
