import type {
  importErrorView,
  importKinds,
  importView,
  ImportFormat,
  MappingInput,
} from '@server/contacts/import/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { pagesOf } from '../lib/list.ts';
import { api, newKey, urlOf } from './client.ts';
import { ApiError, problemOf } from './problem.ts';

export type { ImportFormat, MappingInput };
export type ImportView = z.output<typeof importView>;
export type ImportErrorView = z.output<typeof importErrorView>;
export type ImportKind = z.output<typeof importKinds>['items'][number];

const REFRESH_MS = 1_000;

export const isGoing = ({ state }: ImportView): boolean => state === 'queued' || state === 'running';

export const imports = {
  list: () => pagesOf<ImportView>('imports', '/api/imports'),
  kinds: queryOptions({
    queryKey: ['imports', 'kinds'],
    queryFn: async () => (await api.get<z.output<typeof importKinds>>('/api/imports/kinds')).items,
    staleTime: Number.POSITIVE_INFINITY,
  }),
  /** Asked again every second while it goes on. */
  one: (id: string) =>
    queryOptions({
      queryKey: ['imports', 'one', id],
      queryFn: () => api.get<ImportView>(`/api/imports/${id}`),
      refetchInterval: ({ state }) => (state.data !== undefined && isGoing(state.data) ? REFRESH_MS : false),
    }),
  errors: (id: string) => pagesOf<ImportErrorView>('imports', `/api/imports/${id}/errors`),
  errorsUrl: (id: string) => `/api/imports/${id}/errors.csv`,
  act: (id: string, verb: 'resume' | 'cancel') => api.post<ImportView>(`/api/imports/${id}/${verb}`),
};

export type ImportStart = {
  kind: string;
  format: ImportFormat;
  preset?: string | undefined;
  mapping?: MappingInput | undefined;
  name: string;
  file: File;
};

/**
 * Sends the file itself as the body. XMLHttpRequest, because fetch can't tell how much of an upload is through;
 * `onProgress` gets 0…1.
 */
export function uploadImport(
  input: ImportStart,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<{ id: string }> {
  const { kind, format, preset, mapping, name, file } = input;
  const url = urlOf('/api/imports', {
    kind,
    format,
    preset,
    mapping: mapping === undefined ? undefined : JSON.stringify(mapping),
    name,
  });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.setRequestHeader('idempotency-key', newKey());
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total === 0 ? 0 : loaded / total),
    );
    request.addEventListener('error', () =>
      reject(new ApiError({ status: 0, code: 'offline', detail: 'The server could not be reached.' })),
    );
    request.addEventListener('load', () => {
      const response = new Response(request.responseText, { status: request.status });
      if (response.ok) resolve(JSON.parse(request.responseText) as { id: string });
      else problemOf(response).then(reject, reject);
    });
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
