import sparticuz from '@sparticuz/chromium';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

/** Debian's package, where the machine has it. */
const DEBIAN = '/usr/bin/chromium';
/** A machine without a way out would refuse these calls home, loudly. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A Chromium for browser tests: Debian's, or the one that comes with the npm packages. Throws when neither starts. */
export async function launchBrowser(): Promise<Browser> {
  if (existsSync(DEBIAN)) return chromium.launch({ executablePath: DEBIAN, args: QUIET });
  return chromium.launch({
    executablePath: await sparticuz.executablePath(),
    args: [...sparticuz.args.filter((arg) => arg !== '--single-process'), ...QUIET],
  });
}

/** Why there is no browser here, or undefined when there is one. */
export async function browserMissing(): Promise<string | undefined> {
  try {
    await (await launchBrowser()).close();
    return undefined;
  } catch (error) {
    return `no Chromium starts here: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

export type Watch = {
  /** Errors and warnings of the console, thrown errors, answers of 500 and more, in the order they came. */
  complaints: string[];
  /** Every host that was asked. */
  hosts: ReadonlySet<string>;
};

/** Writes down whatever a page complains of; content security violations are among it. `expected` lets one through. */
export function watch(page: Page, expected: (text: string, url: string) => boolean = () => false): Watch {
  const complaints: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => {
    const { url } = message.location();
    if (!['error', 'warning'].includes(message.type()) || expected(message.text(), url)) return;
    complaints.push(`${message.type()}: ${message.text()} (${url})`);
  });
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.status()}: ${response.url()}`);
  });
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) hosts.add(new URL(request.url()).host);
  });
  return { complaints, hosts };
}

const BARRIERS = readFileSync(join(import.meta.dirname, 'barriers.page.js'), 'utf8');

/** What a blind or keyboard user would stumble over on the page as it is; empty when nothing. */
export async function barriers(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(BARRIERS);
}
