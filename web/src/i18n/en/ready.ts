export default {
  open: 'Ready-made',
  title: 'Ready-made campaigns',
  description:
    'Choose one: it becomes a draft with its start and its texts in English and Russian. Nothing is sent until you launch it.',
  campaigns: 'Campaigns',
  language: 'Language of the mails',
  dark: 'Dark',
  use: 'Make a draft of it',
  made: 'The draft is ready: look it through and launch it',
  needsProgram: 'Needs a loyalty programme',
} as const;
