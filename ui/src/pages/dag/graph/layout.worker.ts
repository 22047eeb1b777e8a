/** Layout, away from the page's own thread. */
import ELK, { type ElkNode } from "elkjs/lib/elk-api.js";
// elk's own worker code answers here, inside this worker: no worker in a worker.
import { Worker as Inside } from "elkjs/lib/elk-worker.min.js";

const elk = new ELK({ workerFactory: (url) => new Inside(url) as never });

self.onmessage = async (event: MessageEvent<{ id: number; graph: ElkNode }>) => {
  try {
    self.postMessage({ id: event.data.id, graph: await elk.layout(event.data.graph) });
  } catch (error) {
    self.postMessage({ id: event.data.id, error: String(error) });
  }
};
