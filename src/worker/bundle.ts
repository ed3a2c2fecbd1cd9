import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the workflows' bundle: the same file for a worker that runs from `src` and from `dist`. */
export const workflowBundlePath = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));
