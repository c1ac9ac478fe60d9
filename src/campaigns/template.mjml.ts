import { Worker } from 'node:worker_threads';

/**
 * MJML costs most of a second to load, a hundred megabytes to keep and tens of milliseconds a template: it runs in a thread of its
 * own, which blocks no answer and ends when it has nothing to do.
 */
export type MjmlRequest = { id: number; mjml: string };
export type MjmlResult = { id: number } & (
  | { html: string }
  | { errors: Array<{ line: number; message: string }> }
);

/** People compile a few times in a row while they write; then the memory goes back. */
const IDLE_MS = 5_000;
/** A source within our bounds takes milliseconds; loading takes a second or two on a busy machine. */
const TIMEOUT_MS = 30_000;

type Waiting = {
  resolve: (result: MjmlResult) => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
};
type Thread = { worker: Worker; waiting: Map<number, Waiting>; idle: NodeJS.Timeout | undefined };

let thread: Thread | undefined;
let lastId = 0;

/** The HTML of an MJML source, or its faults with their lines. Rejects when the compiler itself fails or takes too long. */
export function mjmlToHtml(mjml: string): Promise<MjmlResult> {
  const { worker, waiting, idle } = (thread ??= startThread());
  clearTimeout(idle);
  const id = (lastId += 1);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => endThread(worker, new Error('the template takes too long to compile')),
      TIMEOUT_MS,
    );
    waiting.set(id, { resolve, reject, timer });
    worker.ref();
    worker.postMessage({ id, mjml } satisfies MjmlRequest);
  });
}

function startThread(): Thread {
  const worker = new Worker(new URL('./template.mjml.worker.ts', import.meta.url));
  const started: Thread = { worker, waiting: new Map(), idle: undefined };
  worker.on('message', (result: MjmlResult) => {
    const request = started.waiting.get(result.id);
    if (request === undefined) return;
    clearTimeout(request.timer);
    started.waiting.delete(result.id);
    request.resolve(result);
    if (started.waiting.size > 0) return;
    // A thread with nothing to do keeps no process alive.
    worker.unref();
    started.idle = setTimeout(() => endThread(worker, new Error('ended')), IDLE_MS);
    started.idle.unref();
  });
  worker.on('error', (error) => endThread(worker, error instanceof Error ? error : new Error(String(error))));
  return started;
}

function endThread(worker: Worker, why: Error): void {
  if (thread?.worker !== worker) return;
  const { waiting } = thread;
  thread = undefined;
  for (const { reject, timer } of waiting.values()) {
    clearTimeout(timer);
    reject(why);
  }
  void worker.terminate();
}
