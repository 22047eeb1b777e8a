/** The first thing that runs: style, language, data, pages. */
import "@mantine/core/styles.css";
import "./app.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { createRoot } from "react-dom/client";
import { Problem } from "@/api/client";
import { onKey } from "./keys";
import { prefs } from "./prefs";
import { makeRouter } from "./router";
import { theme } from "./theme";

// The number that lets this page's own style elements through the security policy.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The stream of events says what is out of date; see live.ts.
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      retry: (count, error) => count < 2 && !(error instanceof Problem && error.status >= 400),
    },
  },
});
const router = makeRouter(client);

document.documentElement.lang = prefs.get().language;
document.addEventListener("keydown", onKey);

createRoot(document.getElementById("root") as HTMLElement).render(
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    colorSchemeManager={localStorageColorSchemeManager({ key: "venturi-colour-scheme" })}
    getStyleNonce={() => nonce}
  >
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </MantineProvider>,
);
