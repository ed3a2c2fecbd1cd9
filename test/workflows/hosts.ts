import pino from 'pino';
import { afterEach } from 'vitest';
import type { Configuration } from '../../src/config/configuration.ts';
import type { Receiver } from '../support/receiver.ts';
import { lostCalls } from '../../src/worker/lost-calls.ts';
import { LostEnds } from '../../src/worker/lost-ends.ts';
import { lostPages } from '../../src/worker/lost-pages.ts';
import { ORG_ID, TRUNK } from './requests.ts';
import { configurationFor } from './webhooks.ts';
import type { World } from './world.ts';

/** What the hosts of the trunk look for: ends that nobody else can tell. Several look, as after a host was lost. */
export class Hosts {
  /** As it is now. */
  configuration: () => Configuration;
  readonly #world: World;
  #hosts: LostEnds[] = [];

  constructor(world: World, configuration: () => Configuration) {
    this.#world = world;
    this.configuration = configuration;
  }

  /** Another host of the trunk, which looks at once. */
  open(): void {
    const log = pino({ enabled: false });
    const deps = { client: this.#world.client, configuration: () => this.configuration(), log };
    this.#hosts.push(new LostEnds(deps, { orgId: ORG_ID, trunk: TRUNK }, [lostCalls, lostPages]));
  }

  /** Has all of them look again. */
  async look(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.look()));
  }

  close(): void {
    for (const host of this.#hosts) host.stop();
    this.#hosts = [];
  }
}

/** Hosts of the world's trunk, for each test none at first. */
export function useHosts(world: World, receiver: Receiver): Hosts {
  const configured = (): Configuration => configurationFor(receiver);
  const hosts = new Hosts(world, configured);
  afterEach(() => {
    hosts.close();
    hosts.configuration = configured;
  });
  return hosts;
}
