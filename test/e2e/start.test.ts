import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AllInOne, testConfig } from '../support/deployment.ts';
import type { OutdialProcess } from '../support/process.ts';

const config = testConfig({ lines: 2, speed: 50 });

/** Something that listens on a port of this machine. */
async function occupyPort(): Promise<{ port: number; server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('npm start', () => {
  let outdial: AllInOne | undefined;

  afterEach(() => outdial?.stop());

  test('prints where everything is, and a curl line that works as printed', async () => {
    outdial = await AllInOne.create(config);
    const { process } = await outdial.start();
    expect(process.output).toMatch(/API +http:.*\n +Web UI +http:.*\n +Configuration +.*outdial\.yaml/);
    const curl = /curl .*?'\n/s.exec(process.output)?.[0] ?? '';
    expect(JSON.parse(execFileSync('bash', ['-c', curl], { encoding: 'utf8' }))).toMatchObject({ status: 'Created' });
  });

  test('stops in order with Ctrl-C, leaving no process behind, and starts again on the same data', async () => {
    outdial = await AllInOne.create(config);
    const first = await outdial.start();
    expect(await first.process.end('SIGINT')).toBe(0);
    const second = await outdial.start();
    const ui = /Web UI +(\S+)/.exec(second.process.output)?.[1] ?? '';
    expect((await fetch(ui)).status).toBe(200);
    expect(await second.process.end('SIGINT')).toBe(0);
    await expect(fetch(ui)).rejects.toThrow('fetch failed');
  });

  test('says in one line which port is in use, and what to do', async () => {
    const { port, server } = await occupyPort();
    outdial = await AllInOne.create(config);
    const started = outdial.spawn({ OUTDIAL_PORT: String(port) });
    await started.exited();
    server.close();
    expect(started.child.exitCode).toBe(1);
    expect(peopleRead(started)).toEqual([expect.stringMatching(`Port ${port} is in use.*OUTDIAL_PORT`)]);
  });

  test('says which port of its Temporal is in use, and how to use what is there', async () => {
    const { port, server } = await occupyPort();
    outdial = await AllInOne.create(config);
    const started = outdial.spawn({ OUTDIAL_TEMPORAL_PORT: String(port) });
    await started.exited();
    server.close();
    expect(peopleRead(started)).toEqual([expect.stringMatching(`${port}.*OUTDIAL_TEMPORAL_PORT`)]);
  });

  test('lists every mistake of a broken configuration, and starts nothing', async () => {
    outdial = await AllInOne.create('trunks: []\nagents:\n  - { agentId: a/b, name: x, trunk: gone }\n');
    const started = outdial.spawn({});
    await started.exited();
    expect(started.child.exitCode).toBe(1);
    expect(started.output).toMatch(/outdial\.yaml: 2 mistakes\n.*agents\[0\]\.agentId.*\n.*agents\[0\]\.trunk/);
  });
});

/** What is printed beside the log. */
const peopleRead = ({ output }: OutdialProcess): string[] =>
  output.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
