/** How pages talk to the server: the REST API typed by its own description, and the `/ui` routes. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server refused, in its own words. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "Problem";
  }
}

/** Nobody answered: the server is down or the network is. */
export class Unreachable extends Problem {
  constructor() {
    super(0, "The server does not answer. It may be restarting, or your connection is down.");
  }
}

/** Below which path of the host everything lies: a proxy may stand in front. */
export const PREFIX = (() => {
  const found = document.querySelector<HTMLMetaElement>("meta[name=venturi-prefix]")?.content ?? "";
  return found.startsWith("/") ? found.replace(/\/$/, "") : "";
})();

export const api = createClient<paths>({ baseUrl: PREFIX, fetch: reach });

async function reach(request: Request): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (answer.status === 401) signIn();
  return answer;
}

/** Go to the sign-in page and come back here afterwards. */
function signIn(): void {
  const path = location.pathname.slice(PREFIX.length);
  if (path.startsWith("/auth/")) return;
  const back = path + location.search;
  location.assign(`${PREFIX}/auth/login?next=${encodeURIComponent(back)}`);
}

/** The sentence of an error's body. */
export function detailOf(body: unknown, status: number): string {
  const detail = (body as { detail?: unknown } | null)?.detail;
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) {
    return detail
      .map((each) => `${(each.loc ?? []).slice(1).join(".")}: ${each.msg ?? ""}`)
      .join("; ");
  }
  if (status === 403) return "You may not do this. Ask an administrator for the right to.";
  if (status === 404) return "There is no such thing here (any more).";
  return `The server answered with status ${status}.`;
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, or a `Problem` that says why there is none. */
export async function ask<T>(promise: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await promise;
  if (!response.ok) throw new Problem(response.status, detailOf(error, response.status));
  return data as T;
}

/** One of the routes made for these pages. */
export async function ui<T>(path: string, init?: RequestInit & { json?: unknown }): Promise<T> {
  const { json, ...rest } = init ?? {};
  const headers = json === undefined ? undefined : { "content-type": "application/json" };
  const body = json === undefined ? rest.body : JSON.stringify(json);
  const url = new URL(PREFIX + path, location.origin);
  const answer = await reach(new Request(url, { ...rest, headers, body }));
  const text = await answer.text();
  let data: unknown = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    // An answer of something in between, such as a proxy.
  }
  if (!answer.ok) throw new Problem(answer.status, detailOf(data, answer.status));
  return data as T;
}

/** A path with its parts encoded: url`/ui/dags/${dagId}/grid`. */
export function url(texts: TemplateStringsArray, ...parts: (string | number)[]): string {
  return texts.reduce(
    (whole, text, index) =>
      whole + text + (index < parts.length ? encodeURIComponent(parts[index] as string) : ""),
    "",
  );
}

/** `?a=1&b=x&b=y`, leaving out what is empty. */
export function query(values: Record<string, unknown>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") made.append(name, String(each));
    }
  }
  const text = made.toString();
  return text ? `?${text}` : "";
}
