/** Where `demo` keeps its own data, within the data folder: it never mixes with an installation. */
export const DEMO_FOLDER = 'demo';
