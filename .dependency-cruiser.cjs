/**
 * The table of rooms in ARCHITECTURE.md, as rules. `room(name, allowed)` forbids a folder every import of ours outside
 * `allowed`, and every package outside `packages` where that is given.
 */
const room = (name, allowed, packages) => [
  {
    name: `${name}-folders`,
    severity: 'error',
    from: { path: `^src/${name}/` },
    to: { path: '^src/', pathNot: allowed.map((folder) => `^src/${folder}`) },
  },
  ...(packages === undefined
    ? []
    : [
        {
          name: `${name}-packages`,
          severity: 'error',
          from: { path: `^src/${name}/` },
          to: {
            dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown', 'core', 'unknown', 'undetermined'],
            pathNot: packages.map((pkg) => `node_modules/(@types/)?${pkg}/`),
          },
        },
      ]),
];

const typesOnly = (name, of) => ({
  name: `${name}-take-types-of-${of}-only`,
  severity: 'error',
  from: { path: `^src/${name}/` },
  to: { path: `^src/${of}/`, dependencyTypesNot: ['type-only'] },
});

/** Files of domain that reach luxon, which a workflow must never load. */
const domainWithLuxon = '^src/domain/(calling-window|time-zone|phone-number|plan)';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, path: '^src/' }, to: {} },
    ...room('contract', ['contract/'], ['@temporalio/common', '@temporalio/workflow']),
    ...room('domain', ['domain/', 'contract/'], ['luxon', 'libphonenumber-js', 'mustache']),
    ...room(
      'workflows',
      ['workflows/', 'contract/', 'domain/', 'activities/'],
      ['@temporalio/workflow', '@temporalio/common'],
    ),
    { name: 'workflows-no-luxon', severity: 'error', from: { path: '^src/workflows/' }, to: { path: domainWithLuxon } },
    typesOnly('workflows', 'activities'),
    typesOnly('api', 'workflows'),
    ...room('lines', ['lines/', 'contract/']),
    ...room('webhooks', ['webhooks/', 'contract/', 'domain/', 'config/']),
    ...room('activities', ['activities/', 'dialers/dialer', 'lines/', 'webhooks/', 'contract/', 'domain/', 'config/']),
    ...room('dialers', ['dialers/', 'webhooks/', 'contract/', 'domain/', 'config/']),
    ...room('api', ['api/', 'contract/', 'domain/', 'config/', 'temporal/', 'workflows/', 'process/', 'webhooks/']),
    ...room('temporal', ['temporal/', 'contract/', 'config/']),
    ...room('process', ['process/', 'config/']),
    ...room('config', ['config/', 'contract/', 'domain/']),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'types'] },
  },
};
