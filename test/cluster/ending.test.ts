/** A syncer that is told to end: it is gone within five seconds with code 0, whatever the API server does. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { DEPLOYMENT } from '../../src/syncer/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { Program } from '../control-plane/program.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { always, type Interference } from '../faults/fault.ts';
import { SyncerBehindProxy } from '../faults/syncer.ts';
import { endSyncer, OWN_SYNCER_LABEL } from './syncer-process.ts';
import { useWorld } from './world.ts';

const home = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'ending' };
const everything: Interference = always(() => true, { kind: 'blackhole' });

suite('told to end, it is gone within five seconds', { concurrency: 3 }, () => {
  test('while the API server takes connections and says nothing on them', async () => {
    await using server = Object.assign(createServer(), {
      [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
    });
    server.on('connection', (socket) => socket.on('error', () => undefined).resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { kubeconfig, server: address, directory } = useControlPlane();
    const file = join(directory, 'silent.kubeconfig');
    const silent = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    writeFileSync(file, readFileSync(kubeconfig, 'utf8').replaceAll(address, silent));
    const syncer = await Program.start({
      ...{ name: 'silent', file: process.execPath, logFile: join(directory, 'silent.log') },
      args: [join(import.meta.dirname, '../../src/cli/bin.ts'), 'syncer', `--kubeconfig=${file}`, '--leader-elect'],
    });
    await eventually(() => readFileSync(syncer.logFile, 'utf8').includes('"starting"'), { timeoutMs: 20_000 });

    assert.equal(await endSyncer(syncer), 'code 0');
  });

  test('in the middle of passes that the API server does not answer any more', async () => {
    const world = await home.another();
    await using syncer = await SyncerBehindProxy.prepare(useControlPlane(), world.namespace);
    await syncer.start();
    await syncer.watching();
    syncer.proxy.interfere = always(({ verb }) => verb !== 'WATCH', { kind: 'blackhole' });
    for (let n = 0; n < 20; n += 1) await world.create(`web-${n}`, { totalQPS: 0 }, labels);
    await eventually(() => syncer.proxy.calls.some(({ fault }) => fault !== undefined), { timeoutMs: 20_000 });

    assert.equal(await syncer.end(), 'code 0');
    assert.doesNotMatch(syncer.log, /unexpected error|"stack":/);
  });

  test('as the leader, when nothing is answered, the Lease included', async () => {
    const world = await home.another();
    const flags = ['--leader-elect', '--lease-namespace=elasticweb-system', '--lease-name=elasticweb-syncer'];
    await using syncer = await SyncerBehindProxy.prepare(useControlPlane(), world.namespace, ...flags);
    await syncer.start();
    await eventually(() => syncer.log.includes('"leading"'), { timeoutMs: 20_000 });
    await world.create('web', { totalQPS: 0 }, labels);
    await world.until(DEPLOYMENT, 'web', () => true);
    syncer.proxy.interfere = everything;
    await world.create('another', { totalQPS: 0 }, labels);
    await eventually(() => syncer.proxy.calls.some(({ fault }) => fault !== undefined), { timeoutMs: 20_000 });

    assert.equal(await syncer.end(), 'code 0');
  });
});
