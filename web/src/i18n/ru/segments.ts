export default { title: 'segments' } as const;
