import type { TestProject } from 'vitest/node';
import { joinTestServer } from './server.ts';
import type { TestServer } from './server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    testServer: TestServer;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, runId, release } = await joinTestServer();
  project.provide('testServer', { url, runId });
  return release;
}
