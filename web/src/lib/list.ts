import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '../api/client.ts';

export type Page<T> = { items: T[]; nextCursor: string | null };
type QueryValue = string | number | boolean | null | undefined;

/** A keyset list of the API as an endless query: the next page starts at the cursor of the last. */
export function pagesOf<T>(
  key: string,
  path: string,
  query: Record<string, QueryValue> = {},
  cursorName = 'cursor',
) {
  return infiniteQueryOptions({
    queryKey: [key, path, query],
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(path, { query: { ...query, [cursorName]: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: Page<T>) => last.nextCursor,
    select: (data) => data.pages.flatMap((page) => page.items),
  });
}

type Shown = { state: { data?: { pages: readonly unknown[] } | undefined } };

/** What a DataTable needs of such a list. It is asked again every `refreshMs` while the page is seen and only its first page is shown. */
export function useList<T>(options: ReturnType<typeof pagesOf<T>>, refreshMs?: number) {
  const query = useInfiniteQuery({
    ...options,
    ...(refreshMs === undefined
      ? {}
      : { refetchInterval: ({ state }: Shown) => ((state.data?.pages.length ?? 0) > 1 ? false : refreshMs) }),
  });
  return {
    rows: query.data,
    /** When its first page was brought last; 0 before. */
    at: query.dataUpdatedAt,
    error: query.error,
    onRetry: () => void query.refetch(),
    more: {
      has: query.hasNextPage,
      loading: query.isFetchingNextPage,
      load: () => void query.fetchNextPage(),
    },
  };
}

const MAX_PAGES = 10;
const PAGE = 200;

/** Every row of a short list (people, templates): at most MAX_PAGES × PAGE. */
export async function allPages<T>(path: string, query: Record<string, QueryValue> = {}): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const answer: Page<T> = await api.get<Page<T>>(path, { query: { ...query, limit: PAGE, cursor } });
    rows.push(...answer.items);
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  return rows;
}
