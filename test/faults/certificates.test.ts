/** The API server gets a certificate of another CA: until the syncer's own file has that CA it waits, and then goes on by itself. */

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { inPod, podEnvironment, writeServiceAccount } from '../cluster/in-pod.ts';
import { endSyncer, runSyncer } from '../cluster/syncer-process.ts';
import { useWorld } from '../cluster/world.ts';
import { eventually } from '../control-plane/eventually.ts';
import { Program } from '../control-plane/program.ts';
import { ownControlPlane } from './own-control-plane.ts';

// Nobody else is here, since nobody else would get over it.
const controlPlane = await ownControlPlane({ controllers: false, scheduler: false, kwok: false });
const { directory, server } = controlPlane;
const world = await useWorld();
after(() => controlPlane.stop());

/** How long the syncer is left with the old CA. */
const WRONG_FOR_MS = 20_000;
/** Connections that it may try in that time, for three watches, each of which waits longer and longer. */
const MOST_ATTEMPTS = 40;
const HEALS_WITHIN_MS = 60_000;

/** Ways in which a syncer finds its CA: a file of which it is told by how it is started. */
const syncers = {
  'of its service account': async () => {
    const account = writeServiceAccount(controlPlane);
    const args = inPod(join(import.meta.dirname, '../../src/cli/program.ts'), account, [
      'syncer',
      `--namespace=${world.namespace}`,
    ]);
    const logFile = join(directory, 'pod.log');
    const env = podEnvironment(server);
    const syncer = await Program.start({ name: 'pod', file: process.execPath, args, logFile, env });
    const watches = () => readFileSync(logFile, 'utf8').includes('"watching"');
    await syncer.until('watching', watches, 30_000);
    return { syncer, ca: join(account, 'ca.crt') };
  },
  'of its kubeconfig': async () => {
    const ca = join(directory, 'own-ca.crt');
    writeFileSync(ca, certificate());
    const config = parse(readFileSync(controlPlane.kubeconfig, 'utf8')) as { clusters: { name: string }[] };
    const clusters = config.clusters.map(({ name }) => ({ name, cluster: { server, 'certificate-authority': ca } }));
    const kubeconfig = join(directory, 'own.kubeconfig');
    writeFileSync(kubeconfig, stringify({ ...config, clusters }));
    const flags = [`--kubeconfig=${kubeconfig}`, '--context=syncer', `--namespace=${world.namespace}`];
    return { syncer: await runSyncer(directory, 'own', flags), ca };
  },
};

/** The API server's own, followed by that of the CA that signed it. */
const certificate = () => readFileSync(join(directory, 'certificates/apiserver.crt'), 'utf8');
const isMade = (name: string, pods: number, timeoutMs?: number) =>
  world.until(DEPLOYMENT, name, ({ spec }) => spec.replicas === pods, timeoutMs);

for (const [index, [which, start]] of Object.entries(syncers).entries()) {
  test(`a new CA, which comes late into the file ${which}`, async () => {
    const [before, later] = [`before-${index}`, `later-${index}`];
    const { syncer, ca } = await start();
    await world.create(before, { totalQPS: 500 });
    await isMade(before, 1);

    const attemptsBefore = refusedByClients();
    await controlPlane.renewCertificates();
    await eventually(() => world.change(before, { totalQPS: 1_500 }), { timeoutMs: 90_000, what: 'a change' });
    const wrongMs = performance.now();
    await eventually(() => performance.now() - wrongMs > WRONG_FOR_MS, { timeoutMs: 30_000, what: 'some time' });
    const attempts = refusedByClients() - attemptsBefore;
    syncer.expectRunning();
    assert.match(readFileSync(syncer.logFile, 'utf8'), /watch failed.*certificate/);
    assert.ok(attempts < MOST_ATTEMPTS, `it has tried ${attempts} times`);
    assert.equal((await world.deployment(before))?.spec.replicas, 1, 'it talks to nobody whom it does not trust');

    writeFileSync(ca, certificate());

    await isMade(before, 3, HEALS_WITHIN_MS);
    await world.create(later, { totalQPS: 1_000 });
    await isMade(later, 2);
    assert.equal(await endSyncer(syncer), 'code 0');
  });
}

/** How many clients have ended a connection because they do not trust the API server. */
function refusedByClients(): number {
  const log = readFileSync(join(directory, 'kube-apiserver.log'), 'utf8');
  return log.split('TLS handshake error').length - 1;
}
