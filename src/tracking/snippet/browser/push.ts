import type { Shared } from './otklik.ts';

/** Asks for web push and tells the server where to reach this browser. To be called from a click. */

type Options = {
  /** A file of the site itself with one line: importScripts('https://…/s/<version>/push-sw.js'). */
  serviceWorker?: string;
  /** Called with true when it is subscribed. */
  done?: (subscribed: boolean) => void;
};

export const subscribe = async (shared: Shared, options: Options): Promise<void> => {
  const subscribed = await ask(shared, options.serviceWorker ?? '/otklik-sw.js').catch(() => false);
  options.done?.(subscribed);
};

const ask = async ({ host, key, anonymousId, track }: Shared, serviceWorker: string): Promise<boolean> => {
  const visitor = anonymousId();
  // Without permission to store there is nobody to reach.
  if (!visitor || !('PushManager' in window)) return false;
  if ((await Notification.requestPermission()) !== 'granted') return false;
  const answer = await fetch(`${host}/v1/push?writeKey=${encodeURIComponent(key ?? '')}`, {
    credentials: 'omit',
  });
  const { publicKey } = (await answer.json()) as { publicKey: string };
  await navigator.serviceWorker.register(serviceWorker);
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: publicKey,
  });
  const stored = await fetch(`${host}/v1/push`, {
    method: 'POST',
    body: JSON.stringify({ writeKey: key, anonymousId: visitor, subscription }),
    keepalive: true,
    credentials: 'omit',
  });
  if (stored.ok) track('Push Subscribed');
  return stored.ok;
};
