import type {
  PermissionEffect,
  permissionSettings,
  PermissionSettings,
} from '@server/campaigns/permission/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from './client.ts';

export type { PermissionEffect, PermissionSettings };
export type Cap = PermissionSettings['caps'][number];

const path = '/api/campaigns/permission';

export const permission = {
  settings: queryOptions({
    queryKey: ['permission', 'settings'],
    queryFn: () => api.get<PermissionSettings>(path),
  }),
  effect: queryOptions({
    queryKey: ['permission', 'effect'],
    queryFn: () => api.get<PermissionEffect>(`${path}/effect`),
  }),
  save: (settings: z.input<typeof permissionSettings>) => api.put<PermissionSettings>(path, settings),
};
