import type { ContactCard, ContactView } from './contract.ts';
import type { ContactState } from './state.ts';

/** A contact as the API tells it. */
function viewOf(state: ContactState): ContactView {
  const { contactId, mergedInto: _redirect, points: _points, externalIds: _ids, ...fields } = state;
  return {
    id: contactId,
    ...fields,
    createdAt: state.createdAt.toISOString(),
    updatedAt: state.updatedAt.toISOString(),
  };
}

export function cardOf(
  state: ContactState,
  consents: ReadonlyArray<{ purpose: string; channel: string; granted: boolean; occurredAt: Date }>,
): ContactCard {
  return {
    ...viewOf(state),
    points: state.points.map(({ kind, value, raw, extension, valid, isPrimary }) => ({
      kind,
      value,
      raw,
      extension,
      valid,
      primary: isPrimary,
    })),
    externalIds: state.externalIds,
    consents: consents.map(({ purpose, channel, granted, occurredAt }) => ({
      purpose,
      channel,
      granted,
      occurredAt: occurredAt.toISOString(),
    })),
  };
}
