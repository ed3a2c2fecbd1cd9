// `npm start` and `npm test` run this first: it makes sure that packages, Temporal's executables and the build are there,
// and does nothing when they are. It needs only Node itself.
//
//   --test       the Temporal test server too, which only the tests need
//   --no-server  no Temporal server: for parts that use one which runs elsewhere

const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 20)) {
  fail(`Outdial needs Node 20.20 or newer, and this is ${process.version}: install one from https://nodejs.org`);
} else {
  // Only now, since an older Node might not even read them.
  const { setUp } = await import('./setup/steps.mjs');
  const flags = process.argv.slice(2);
  await setUp({ forTests: flags.includes('--test'), withServer: !flags.includes('--no-server') }).catch((error) => {
    if (error.name !== 'SetupError') throw error;
    fail(error.message);
  });
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
