export default { title: 'Price lists' } as const;
