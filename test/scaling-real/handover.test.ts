/** Another syncer, or other credentials, at peak load and with a scale-down that waits for nothing: no pod is lost, and the load is followed on. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { LEASE, type Lease } from '../../src/kube/lease.ts';
import { ROLE, ROLE_BINDING } from '../cluster/kinds.ts';
import { eventually } from '../control-plane/eventually.ts';
import { SourceProxy } from '../traffic/source-proxy.ts';
import { passed, type Scaled, TIMES, useStage } from './stage.ts';

const stage = await useStage();
const prometheus = await stage.prometheus();
const PEAK = 29.5;
const PODS = 6;
const LONG = 2 * TIMES.window + 2;
const LEASE_NAME = 'scaling';

before(async () => {
  // What the installation gives the syncer in its own namespace.
  await stage.world.make(ROLE, 'lease', {
    rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create', 'get', 'patch'] }],
  });
  await stage.world.make(ROLE_BINDING, 'lease', {
    subjects: [{ kind: 'ServiceAccount', name: 'elasticweb-syncer', namespace: 'elasticweb-system' }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'lease' },
  });
});

/** Waits long enough for any mistake to show, checks that there was none, and lets the load go. */
async function assertKeptThenFollows(web: Scaled, sinceMs: number): Promise<void> {
  const fromMs = performance.now();
  await passed(LONG, () => fromMs);
  const replicas = web.replicasSince(sinceMs);
  assert.ok(Math.min(...replicas) >= PODS, `pods were lost: ${replicas.join(', ')}`);
  web.load.set(0);
  await web.reaches(1, 1);
}

describe('at peak load no pod is lost', { concurrency: true }, () => {
  test('when the syncer is killed and another starts in its place', async () => {
    const first = await stage.syncer('killed', prometheus.url);
    const web = await stage.scaled('killed', 'killed');
    await web.serves(PEAK, PODS);
    const sinceMs = performance.now();
    await first.stop({ graceMs: 0 });
    await stage.syncer('killed', prometheus.url);
    await assertKeptThenFollows(web, sinceMs);
  });

  test('when the leader is killed and the one that waited takes over', async () => {
    const flags = ['--leader-elect', `--lease-namespace=${stage.world.namespace}`, `--lease-name=${LEASE_NAME}`];
    const leads = async (otherThan?: string): Promise<string> => {
      const holder = ({ spec }: Lease) => spec?.holderIdentity ?? '';
      const test = (lease: Lease) => holder(lease) !== '' && holder(lease) !== otherThan;
      return holder(await stage.world.until(LEASE, LEASE_NAME, test, 60_000));
    };
    const first = await stage.syncer('led', prometheus.url, ...flags);
    const leader = await leads();
    await stage.syncer('led', prometheus.url, ...flags);
    const web = await stage.scaled('led', 'led');
    await web.serves(PEAK, PODS);
    const sinceMs = performance.now();
    await first.stop({ graceMs: 0 });
    await leads(leader);
    await assertKeptThenFollows(web, sinceMs);
  });

  test('when a bearer token is changed', async () => {
    const proxy = stage.use(await SourceProxy.start(prometheus.url));
    const tokenFile = fileWith('token', 'first');
    proxy.authorization = 'Bearer first';
    await stage.syncer('bearer', proxy.url, `--prometheus-bearer-token-file=${tokenFile}`);
    const web = await stage.scaled('bearer', 'bearer');
    await web.serves(PEAK, PODS);
    const sinceMs = performance.now();

    // The file first, as is usual: the old one holds for a while. Then the other way round, which fails for a moment.
    writeFileSync(tokenFile, 'second\n');
    proxy.authorization = 'Bearer second';
    const saysSo = () =>
      proxy.seen.some(({ headers, status }) => headers.authorization === 'Bearer second' && status === 200);
    await eventually(saysSo, { timeoutMs: 30_000, what: 'the new token' });
    proxy.authorization = 'Bearer third';
    await web.says('ScalingActive', 'False', 'SourceRefused');
    writeFileSync(tokenFile, 'third\n');
    await web.says('ScalingActive', 'True', 'ValidMetricFound');
    const well = proxy.seen.length;
    await assertKeptThenFollows(web, sinceMs);
    assert.deepEqual(
      proxy.seen.slice(well).filter(({ status }) => status === 401),
      [],
    );
  });

  test('when a password is changed, which a real Prometheus asks for', async () => {
    const own = await stage.prometheus({ users: { reader: FIRST } });
    const passwordFile = fileWith('password', 'first-secret');
    await stage.syncer('basic', own.url, '--prometheus-username=reader', `--prometheus-password-file=${passwordFile}`);
    const web = await stage.scaled('basic', 'basic');
    await web.serves(PEAK, PODS);
    const sinceMs = performance.now();

    own.setUsers({ reader: SECOND });
    await web.says('ScalingActive', 'False', 'SourceRefused');
    writeFileSync(passwordFile, 'second-secret');
    await web.says('ScalingActive', 'True', 'ValidMetricFound');
    await assertKeptThenFollows(web, sinceMs);
  });
});

/** The bcrypt hashes of `first-secret` and `second-secret`. */
const FIRST = '$2b$04$abcdefghijklmnopqrstuuFHWi62rx0siFKCgGc4qQcNHlho/vHyu';
const SECOND = '$2b$04$abcdefghijklmnopqrstuuiOHtG2xfjl1GKrpbw5FWFK3upo6oNIW';

function fileWith(name: string, text: string): string {
  const path = join(stage.directory, name);
  writeFileSync(path, text);
  return path;
}
