import { Checkbox, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Form } from './fields.tsx';
import { Choice, Fields, Num, Part, Tags, Words } from './fields.tsx';
import { stagesOf } from './form.ts';

/** How it stands among the others. */
export function OrderPart({ form, fresh }: { form: Form; fresh: boolean }) {
  const { t } = useTranslation('promotions');
  const { effect, stage, needsCode, code } = form.values;
  return (
    <Part title={t('orderPart.title')} hint={t('orderPart.hint')}>
      <Fields>
        <Choice
          form={form}
          path="stage"
          label={t('orderPart.stage')}
          hint={t(`stageHint.${stage}`)}
          kinds={stagesOf(effect.type)}
          words={(one) => t(`stage.${one}`)}
        />
        <Num
          form={form}
          path="priority"
          label={t('orderPart.priority')}
          hint={t('orderPart.priorityHint')}
          min={-1_000_000}
          max={1_000_000}
        />
        <Tags
          form={form}
          path="tags"
          label={t('orderPart.tags')}
          hint={t('orderPart.tagsHint')}
          placeholder=""
        />
        <Tags
          form={form}
          path="excludes"
          label={t('orderPart.excludes')}
          hint={t('orderPart.excludesHint')}
          placeholder=""
        />
        <Choice
          form={form}
          path="percentBase"
          label={t('orderPart.percentBase')}
          kinds={['stage', 'initial', 'reduced'] as const}
          words={(one) => t(`base.${one}`)}
        />
        <Num
          form={form}
          path="floor.overCostPercent"
          label={t('orderPart.overCost')}
          hint={t('orderPart.overCostHint')}
          unit="%"
          decimals={3}
          max={999.999}
        />
      </Fields>
      {fresh ? (
        <Fields>
          <Choice
            form={form}
            path="code"
            label={t('orderPart.opens')}
            hint={t('orderPart.opensHint')}
            value={code === null ? 'automatic' : 'code'}
            kinds={['automatic', 'code'] as const}
            words={(one) => t(`opens.${one}`)}
            onChoice={(one) => form.setFieldValue('code', one === 'code' ? (code ?? '') : null)}
          />
          {code !== null && (
            <Words form={form} path="code" label={t('orderPart.code')} hint={t('orderPart.codeHint')} />
          )}
        </Fields>
      ) : (
        needsCode && (
          <Checkbox
            label={t('orderPart.needsCode')}
            description={t('orderPart.needsCodeHint')}
            {...form.getInputProps('needsCode', { type: 'checkbox' })}
          />
        )
      )}
      <Textarea
        label={t('orderPart.note')}
        description={t('orderPart.noteHint')}
        autosize
        minRows={2}
        {...form.getInputProps('note')}
      />
    </Part>
  );
}
