import { ACCOUNT, TwilioStub } from '../support/twilio-stub.ts';
import { dialsOnceAtEveryStep } from './every-step.ts';

dialsOnceAtEveryStep('the Twilio dialer', async () => {
  const stub = await TwilioStub.start();
  const settings = [
    `type: twilio, accountSid: ${ACCOUNT.accountSid}, authToken: '\${TWILIO_AUTH_TOKEN}'`,
    `connect: { stream: wss://agent.example.com/stream }, apiUrl: ${stub.url}`,
  ];
  return {
    dialer: () => `{ ${settings.join(', ')} }`,
    env: { TWILIO_AUTH_TOKEN: ACCOUNT.authToken },
    endpoint: (call) => `+1415${500 + call}0001`,
    dials: (identity) => stub.dials(identity),
    close: () => stub.close(),
  };
});
