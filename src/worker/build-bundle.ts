/** Builds the workflows' bundle, once for all workers: the last step of `npm run build`. */
import { rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode } from '@temporalio/worker';
import { workflowBundlePath } from './bundle.ts';

const { code } = await bundleWorkflowCode({
  workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
});
// Renamed into place: a worker that starts meanwhile reads the old one, or the new one.
await writeFile(`${workflowBundlePath}.new`, code);
await rename(`${workflowBundlePath}.new`, workflowBundlePath);
