import { dialsOnceAtEveryStep } from './every-step.ts';

dialsOnceAtEveryStep('the simulator', () =>
  Promise.resolve({
    dialer: () => '{ type: simulator, speed: 20 }',
    env: {},
    endpoint: () => '+14155550001',
    dials: (identity, deployment) =>
      deployment.readLedgers().filter((line) => line.event === 'place' && line.identity === identity).length,
    close: () => Promise.resolve(),
  }),
);
