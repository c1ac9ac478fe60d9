import {
  Alert,
  Button,
  FileInput,
  Group,
  Progress,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ImportKind } from '../../api/imports.ts';
import { imports, uploadImport } from '../../api/imports.ts';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { ErrorState, Loaded } from '../../ui/states.tsx';
import { ColumnsTable } from './ColumnsTable.tsx';
import type { FirstRows } from './firstRows.ts';
import type { ColumnMap } from './mapping.ts';
import { guessColumns, mappingOf, missingFields } from './mapping.ts';
import { useKindName } from './words.ts';

const route = getRouteApi('/app/imports/new');

export default function NewImportPage() {
  const { t } = useTranslation(['imports', 'common']);
  const kinds = useQuery(imports.kinds);
  return (
    <>
      <PageHeader title={t('imports:newTitle')} up={{ to: '/imports', label: t('imports:title') }} />
      <Loaded query={kinds}>{(all) => <Steps kinds={all} />}</Loaded>
    </>
  );
}

type Chosen = { file: File; head: FirstRows; map: ColumnMap };

function Steps({ kinds }: { kinds: readonly ImportKind[] }) {
  const { t } = useTranslation(['imports', 'common']);
  const kindName = useKindName();
  const navigate = useNavigate();
  const { kind: asked } = route.useSearch();
  const [kindKey, setKind] = useState((kinds.find((one) => one.kind === asked) ?? kinds[0])?.kind ?? '');
  const [preset, setPreset] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<Chosen>();
  const [unreadable, setUnreadable] = useState(false);
  const [share, setShare] = useState(0);
  const stop = useRef<AbortController>(null);
  const kind = kinds.find((one) => one.kind === kindKey);

  const start = useWrite({
    run: ({ file, head, map }: Chosen) => {
      stop.current = new AbortController();
      const how = preset === null ? { mapping: mappingOf(map, head) } : { preset };
      const title = name.trim() === '' ? file.name : name.trim();
      return uploadImport(
        { kind: kindKey, format: head.format, name: title, file, ...how },
        setShare,
        stop.current.signal,
      );
    },
    touches: ['imports'],
    onDone: ({ id }) => void navigate({ to: '/imports/$id', params: { id } }),
    onProblem: () => true,
  });

  const choose = async (file: File | null) => {
    setChosen(undefined);
    setUnreadable(false);
    if (file === null || kind === undefined) return;
    try {
      const head = await import('./firstRows.ts').then((module) => module.firstRows(file));
      setChosen({ file, head, map: guessColumns(head.columns, kind) });
    } catch {
      setUnreadable(true);
    }
  };

  if (kind === undefined) return null;
  const missing = chosen === undefined || preset !== null ? [] : missingFields(chosen.map, kind);
  return (
    <Stack gap="lg">
      <Section title={t('imports:file')}>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
          <Select
            label={t('imports:kind')}
            description={kind.about}
            allowDeselect={false}
            data={kinds.map((one) => ({ value: one.kind, label: kindName(one.kind) }))}
            value={kindKey}
            onChange={(value) => {
              const next = kinds.find((one) => one.kind === value);
              if (next === undefined) return;
              setKind(next.kind);
              setPreset(null);
              if (chosen !== undefined)
                setChosen({ ...chosen, map: guessColumns(chosen.head.columns, next) });
            }}
          />
          <FileInput
            label={t('imports:file')}
            description={t('imports:fileHint')}
            placeholder={t('imports:choose')}
            leftSection={<IconFileUpload size={16} />}
            accept=".csv,.tsv,.txt,.json,.ndjson,.jsonl,.gz"
            error={unreadable ? t('imports:unreadable') : undefined}
            onChange={(file) => void choose(file)}
          />
          <TextInput
            label={t('imports:name')}
            placeholder={chosen?.file.name ?? ''}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {kind.presets.length > 0 && (
            <Select
              label={t('imports:preset')}
              placeholder={t('imports:presetNone')}
              clearable
              data={kind.presets.map((one) => one.name)}
              value={preset}
              onChange={setPreset}
            />
          )}
        </SimpleGrid>
      </Section>
      {chosen !== undefined && (
        <Section title={t('imports:columns')} hint={preset === null ? t('imports:columnsHint') : undefined}>
          <ColumnsTable
            kind={kind}
            head={chosen.head}
            map={chosen.map}
            onChange={preset === null ? (map) => setChosen({ ...chosen, map }) : undefined}
          />
        </Section>
      )}
      {missing.length > 0 && (
        <Alert color="gold">{t('imports:missing', { fields: missing.join(', ') })}</Alert>
      )}
      {start.error !== null && <ErrorState error={start.error} />}
      {start.isPending ? (
        <Group>
          <Text size="sm">{t('imports:uploading')}</Text>
          <Progress value={share * 100} flex={1} aria-label={t('imports:uploading')} />
          <Button
            variant="default"
            size="xs"
            onClick={() => {
              stop.current?.abort();
              start.reset();
            }}
          >
            {t('imports:stop')}
          </Button>
        </Group>
      ) : (
        <Group>
          <Button
            disabled={chosen === undefined || missing.length > 0}
            onClick={() => chosen !== undefined && start.mutate(chosen)}
          >
            {t('imports:start')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
