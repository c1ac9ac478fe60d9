import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { JourneyNode, Kind, NodeOf } from '../model/definition.ts';
import { BranchForm, SplitForm } from './ArmsForms.tsx';
import { MessageForm } from './MessageForm.tsx';
import { GoalForm, IncentiveForm, TellForm, UpdateForm } from './OtherForms.tsx';
import { WaitEventForm, WaitForm, WaitUntilForm } from './WaitForms.tsx';

/** What the form of a kind of step gets. `disabled`: it is only looked at; the fields themselves are closed by the panel. */
export type StepForm<K extends Kind> = {
  node: NodeOf<K>;
  onChange: (node: JourneyNode) => void;
  disabled: boolean;
};

type Props = { node: JourneyNode; onChange: (node: JourneyNode) => void; disabled: boolean };

/** The form of a step, by its kind. */
export function NodeForm({ node, ...rest }: Props) {
  const { t } = useTranslation('journeys');
  switch (node.type) {
    case 'wait':
      return <WaitForm node={node} {...rest} />;
    case 'wait-until':
      return <WaitUntilForm node={node} {...rest} />;
    case 'wait-event':
      return <WaitEventForm node={node} {...rest} />;
    case 'branch':
      return <BranchForm node={node} {...rest} />;
    case 'split':
      return <SplitForm node={node} {...rest} />;
    case 'message':
      return <MessageForm node={node} {...rest} />;
    case 'incentive':
      return <IncentiveForm node={node} {...rest} />;
    case 'update':
      return <UpdateForm node={node} {...rest} />;
    case 'tell':
      return <TellForm node={node} {...rest} />;
    case 'goal':
      return <GoalForm node={node} {...rest} />;
    case 'exit':
    default:
      return (
        <Text size="sm" c="dimmed">
          {t('form.exitHint')}
        </Text>
      );
  }
}
