/** The part of web push that runs while no page is open: shows what arrives, opens what is clicked. */

export type Shown = { title?: string; body?: string; icon?: string; url?: string };
type Waiting = Event & { waitUntil(work: Promise<unknown>): void };
type PushEvent = Waiting & { data: { json(): unknown } | null };
type ClickEvent = Waiting & { notification: Notification };
type Scope = {
  addEventListener(name: 'push', handler: (event: PushEvent) => void): void;
  addEventListener(name: 'notificationclick', handler: (event: ClickEvent) => void): void;
  registration: ServiceWorkerRegistration;
  clients: { openWindow(url: string): Promise<unknown> };
};

const worker = globalThis as unknown as Scope;

worker.addEventListener('push', (event) => {
  const { title = '', body = '', icon, url } = (event.data?.json() ?? {}) as Shown;
  event.waitUntil(
    worker.registration.showNotification(title, { body, ...(icon ? { icon } : {}), data: { url } }),
  );
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { url } = (event.notification.data ?? {}) as Shown;
  if (url && /^https?:\/\//.test(url)) event.waitUntil(worker.clients.openWindow(url));
});
