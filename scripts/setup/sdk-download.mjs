// Where pip is missing: lets the Temporal SDK download an executable, which it does when it starts one.
//   node sdk-download.mjs temporal|temporal-test-server <version> <folder>
import { TestWorkflowEnvironment } from '@temporalio/testing';

const [name, version, downloadDir] = process.argv.slice(2);
const executable = { type: 'cached-download', version: `v${version}`, downloadDir };

try {
  const environment =
    name === 'temporal'
      ? await TestWorkflowEnvironment.createLocal({ server: { executable } })
      : await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  await environment.teardown();
} catch (error) {
  console.error(error.message.split(': ').at(-1)); // the cause; before it come the URL, twice, and who passed it on
  process.exitCode = 1;
}
