import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfiguration } from '../../src/config/configuration.ts';

const page = readFileSync(new URL('../../docs/dialers.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n(.*?)```\n\n```sh\nexport (.*?)\n```/gs)];

test('each example of docs/dialers.md is a whole outdial.yaml, with the variables that the line below it exports', () => {
  const types = examples.map(([, yaml = '', exported = '']) => {
    const environment = Object.fromEntries(exported.split(' ').map((one) => one.split('=') as [string, string]));
    const configuration = parseConfiguration(yaml, environment, 'outdial.yaml');
    const { trunks } = configuration;
    expect(configuration.agents('default').map(({ trunk }) => trunk)).toEqual(trunks.map(({ name }) => name));
    return trunks.map(({ dialer }) => dialer.type);
  });
  expect(types.flat()).toEqual(['livekit', 'twilio']);
  expect(page.match(/^```yaml$/gm)).toHaveLength(types.length);
});
