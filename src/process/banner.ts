import { relative } from 'node:path';
import type { Configuration } from '../config/configuration.ts';
import type { Environment } from '../config/environment.ts';
import { DEVELOPMENT_KEY } from '../config/organization-schema.ts';

/** What `npm start` prints once it is ready: where everything is, and a first request that works as it stands. */
export function banner(
  { configFile, configSource }: Environment,
  configuration: Configuration,
  urls: { readonly api: string; readonly webUi: string | null },
): string {
  const example = configSource === 'example' ? ' (the example: copy it to outdial.yaml and make it yours)' : '';
  const lines = [
    'Outdial is ready.',
    '',
    `  API            ${urls.api}/api/v1`,
    `  Web UI         ${urls.webUi ?? 'that of your Temporal'}`,
    `  Configuration  ${relative(process.cwd(), configFile) || configFile}${example}`,
  ];
  const developer = configuration.authenticate(DEVELOPMENT_KEY);
  const agent = developer === null ? undefined : configuration.agents(developer.orgId).find((one) => one.isEnabled);
  if (developer === null || agent === undefined) return lines.join('\n');
  return [
    ...lines,
    `  API key        ${DEVELOPMENT_KEY} (for development: from this machine alone)`,
    '',
    'Place a first call:',
    '',
    `  curl -s -X POST '${urls.api}/api/v1/calls?agentId=${agent.agentId}' \\`,
    `    -H 'Authorization: Bearer ${DEVELOPMENT_KEY}' -H 'Content-Type: application/json' \\`,
    `    -d '{"endpoint": "+15551230001"}'`,
    '',
    'Ctrl-C stops it.',
  ].join('\n');
}
