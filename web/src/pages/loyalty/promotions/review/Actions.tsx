import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { PromotionDetail, PromotionMove } from '../../../../api/promotions.ts';
import { promotions } from '../../../../api/promotions.ts';
import { Confirm } from '../../../../ui/Confirm.tsx';
import { ButtonLink } from '../../../../ui/links.tsx';
import { useWrite } from '../../../../ui/mutation.ts';

const MOVES: Readonly<Record<PromotionDetail['state'], readonly PromotionMove[]>> = {
  draft: ['archive'],
  scheduled: ['pause', 'end'],
  live: ['pause', 'end'],
  paused: ['resume', 'end'],
  ended: ['archive'],
  archived: [],
};

/** What can be done with it in the state it is in; a launch stands beside its checks. */
export function Actions({ promotion }: { promotion: PromotionDetail }) {
  const { t } = useTranslation('launch');
  const navigate = useNavigate();
  const copy = useWrite({
    run: () => promotions.copy(promotion.id),
    touches: ['promotions'],
    done: t('copied'),
    onDone: ({ id }) => void navigate({ to: '/loyalty/promotions/$id/edit', params: { id } }),
  });
  const over = promotion.state === 'ended' || promotion.state === 'archived';
  return (
    <>
      {MOVES[promotion.state].map((move) => (
        <Move key={move} promotion={promotion} move={move} />
      ))}
      <Button variant="default" loading={copy.isPending} onClick={() => copy.mutate(undefined)}>
        {t('copy')}
      </Button>
      {!over && (
        <ButtonLink variant="default" to="/loyalty/promotions/$id/edit" params={{ id: promotion.id }}>
          {t('edit')}
        </ButtonLink>
      )}
    </>
  );
}

/** What ends it for good is asked about first. */
const ASKED: readonly PromotionMove[] = ['end', 'archive'];

function Move({ promotion, move }: { promotion: PromotionDetail; move: PromotionMove }) {
  const { t } = useTranslation('launch');
  const [asking, ask] = useDisclosure(false);
  const go = useWrite({
    run: () => promotions.move(promotion.id, move, promotion.version),
    touches: ['promotions'],
    done: t(`moved.${move}`),
    onDone: ask.close,
  });
  const asked = ASKED.includes(move);
  return (
    <>
      <Button
        variant="default"
        loading={go.isPending}
        onClick={() => (asked ? ask.open() : go.mutate(undefined))}
      >
        {t(`move.${move}`)}
      </Button>
      {asked && (
        <Confirm
          opened={asking}
          onClose={ask.close}
          title={t(`ask.${move === 'end' ? 'end' : 'archive'}.title`, { name: promotion.name })}
          text={t(`ask.${move === 'end' ? 'end' : 'archive'}.text`)}
          yes={t(`move.${move}`)}
          danger
          busy={go.isPending}
          onYes={() => go.mutate(undefined)}
        />
      )}
    </>
  );
}
