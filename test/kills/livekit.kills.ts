import { LiveKitStub, STUB_KEY } from '../support/livekit-stub.ts';
import { dialsOnceAtEveryStep } from './every-step.ts';

dialsOnceAtEveryStep('the LiveKit dialer', async () => {
  const stub = await LiveKitStub.start();
  const credentials = "apiKey: '${LIVEKIT_KEY}', apiSecret: '${LIVEKIT_SECRET}'";
  return {
    dialer: () => `{ type: livekit, url: '${stub.url}', ${credentials}, sipTrunkId: ST_stub, agentName: assistant }`,
    env: { LIVEKIT_KEY: STUB_KEY.apiKey, LIVEKIT_SECRET: STUB_KEY.apiSecret },
    endpoint: () => '+14155550001',
    dials: (identity) => stub.dials(identity),
    // How a call has ended that nobody followed, a LiveKit without webhooks cannot say.
    tellTo: (publicUrl) => void (stub.webhookUrl = `${publicUrl}/api/v1/dialer-events/livekit`),
    close: () => stub.close(),
  };
});
