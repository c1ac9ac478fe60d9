export default {
  title: 'Same person?',
} as const;
