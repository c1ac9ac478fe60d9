import { Checkbox, MultiSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { campaigns } from '../../../api/campaigns.ts';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { language } from '../../../i18n/index.ts';
import { useList } from '../../../lib/list.ts';
import { withOp } from './behaviour.ts';
import classes from './builder.module.css';
import { useEditing } from './editing.ts';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { WindowFields } from './WindowFields.tsx';
import { FitSelect } from './FitSelect.tsx';

const CHANNELS: readonly string[] = ['email'];

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function put(leaf: LeafDraft, key: string, value: unknown): LeafDraft {
  const { [key]: _old, ...rest } = leaf;
  return value === undefined ? { ...rest, type: leaf.type } : { ...rest, type: leaf.type, [key]: value };
}

/** How many messages were sent, opened by a person and so on; none is 0. */
export function MessageLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation(['segments', 'contacts']);
  const { fields } = useEditing();
  const opWord = useOpWords();
  const kinds = fields.filter((one) => one.leaf === 'message');
  const op = String(leaf['op']);
  const ops = kinds.find(({ field }) => field === leaf['kind'])?.ops ?? [op];
  return (
    <>
      <FitSelect
        least={270}
        allowDeselect={false}
        aria-label={t('segments:builder.measure')}
        data={kinds.map(({ field, label }) => ({ value: field, label: label[language()] }))}
        value={String(leaf['kind'])}
        error={errorAt('kind') !== undefined}
        onChange={(kind) => kind !== null && onChange({ ...leaf, kind })}
      />
      <FitSelect
        least={150}
        allowDeselect={false}
        aria-label={t('segments:builder.op')}
        data={ops.map((value) => ({ value, label: opWord(value, 'number') }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => next !== null && onChange(withOp(leaf, next))}
      />
      <Operand
        op={op}
        kind="number"
        operand={{ value: leaf['value'], from: leaf['from'], to: leaf['to'] }}
        errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
        onChange={(operand) => {
          const { value: _value, from: _from, to: _to, ...rest } = leaf;
          onChange({ ...rest, ...operand });
        }}
      />
      <WindowFields {...props} />
      <Which {...props} />
    </>
  );
}

/** Of which messages. */
function Which({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'contacts']);
  const list = useList(campaigns.list());
  const chosen = texts(leaf['campaigns']);
  const names = new Map((list.rows ?? []).map(({ id, name }) => [id, name]));
  const many = (key: 'campaigns' | 'channels') => ({
    size: 'sm' as const,
    flex: 1,
    miw: 200,
    value: texts(leaf[key]),
    error: errorAt(key) !== undefined,
    onChange: (values: string[]) => onChange(put(leaf, key, values.length === 0 ? undefined : values)),
  });
  const channels = [...new Set([...CHANNELS, ...texts(leaf['channels'])])];
  return (
    <div className={classes['which'] ?? ''}>
      <MultiSelect
        {...many('campaigns')}
        searchable
        aria-label={t('segments:builder.message.campaigns')}
        placeholder={chosen.length === 0 ? t('segments:builder.message.anyCampaign') : ''}
        data={[...new Set([...names.keys(), ...chosen])].map((id) => ({
          value: id,
          label: names.get(id) ?? id,
        }))}
      />
      {/* With one channel there is nothing to choose. */}
      {channels.length > 1 && (
        <MultiSelect
          {...many('channels')}
          aria-label={t('segments:builder.channels')}
          placeholder={texts(leaf['channels']).length === 0 ? t('segments:builder.message.anyChannel') : ''}
          data={channels.map((value) => ({
            value,
            label: t(`contacts:timeline.channel.${value as 'email'}`, { defaultValue: value }),
          }))}
        />
      )}
      <Checkbox
        size="sm"
        label={t('segments:builder.message.transactional')}
        checked={leaf['transactional'] === true}
        onChange={(event) =>
          onChange(put(leaf, 'transactional', event.currentTarget.checked ? true : undefined))
        }
      />
    </div>
  );
}
