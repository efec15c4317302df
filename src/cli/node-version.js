// Says in one sentence that this Node is too old, before anything else can fail less clearly.
// Plain JavaScript, loaded first (`node --import`, or as the first import), because an old Node cannot read TypeScript.

import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `elasticweb needs Node 22.19 or newer and this is ${process.version}: ` +
      `in the repository \`npm ci\` brings Node 24 (it must be allowed to run the install script of the package "node"), elsewhere install a newer Node.\n`,
  );
  process.exit(1);
}
