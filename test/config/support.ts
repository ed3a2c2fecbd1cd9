import { parseConfiguration, readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { ConfigurationError } from '../../src/config/error.ts';

/** The smallest file that has everything: a trunk and an agent of the organization `default`. */
export const smallest = () => ({
  trunks: [{ name: 'demo', lines: 1, dialer: { type: 'simulator' } }],
  agents: [{ agentId: 'demo', name: 'Demo', trunk: 'demo' }],
});

/** JSON is YAML, so a test can say a file as an object. */
export const parse = (file: unknown, env: NodeJS.ProcessEnv = {}): Configuration =>
  parseConfiguration(typeof file === 'string' ? file : JSON.stringify(file, null, 2), env, 'outdial.yaml');

/** Reads a file. */
export const loadConfiguration = async (path: string, env: NodeJS.ProcessEnv): Promise<Configuration> =>
  parseConfiguration(await readConfiguration(path), env, path);

/** The smallest file with more in its agent, and what became of it. */
export const agentWith = (fields: object) => {
  const { trunks, agents } = smallest();
  const [agent] = parse({ trunks, agents: [{ ...agents[0], ...fields }] }).agents('default');
  if (agent === undefined) throw new Error('the agent is missing');
  return agent;
};

/** The problems that `action` is refused for, each without its line; fails for any error that is none of ours. */
export function problemsOf(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((problem) => problem.replace(/ \(line \d+\)$/, ''));
  }
  return [];
}

export const problems = (file: unknown, env: NodeJS.ProcessEnv = {}): string[] => problemsOf(() => parse(file, env));

/** What is wrong with fields of an agent, by their own paths. */
export const agentProblems = (fields: object): string[] =>
  problemsOf(() => agentWith(fields)).map((problem) => problem.replace('agents[0].', ''));

/** What is wrong with fields of a trunk, by their own paths. */
export const trunkProblems = (fields: object): string[] => {
  const { trunks, agents } = smallest();
  return problems({ trunks: [{ ...trunks[0], ...fields }], agents }).map((problem) =>
    problem.replace('trunks[0].', ''),
  );
};
