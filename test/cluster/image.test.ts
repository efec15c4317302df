/** The file that the container image runs: alone, without packages, as a pod runs it. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { eventually } from '../control-plane/eventually.ts';
import { onFreePorts } from '../control-plane/ports.ts';
import { Program } from '../control-plane/program.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { BUNDLE, bundle } from '../image/bundle.ts';
import { mountOf, podEnvironment, writeServiceAccount } from './in-pod.ts';
import { DEPLOYMENT, SERVICE } from '../../src/syncer/kinds.ts';
import { endSyncer, OWN_SYNCER_LABEL } from './syncer-process.ts';
import { useWorld } from './world.ts';

const { kubeconfig, directory, server } = useControlPlane();
const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'image' };

/** A folder with the file and nothing else. */
const folder = await mkdtemp(join(tmpdir(), 'elasticweb-image-'));
const file = join(folder, BUNDLE);
await writeFile(file, (await bundle()).get(BUNDLE) ?? '');
const mount = mountOf(writeServiceAccount({ kubeconfig, directory }));

/** What Prometheus is asked, and as whom. */
const queries: IncomingHttpHeaders[] = [];
const prometheus = createServer((request, response) => {
  queries.push(request.headers);
  response.setHeader('content-type', 'application/json');
  response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
}).listen(0, '127.0.0.1');
await once(prometheus, 'listening');
const prometheusUrl = `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}`;

const { syncer, port } = await onFreePorts(1, async ([port = 0]) => ({ syncer: await start(port), port }));
after(async () => {
  await syncer.stop({ graceMs: 0 });
  prometheus.closeAllConnections();
  prometheus.close();
  await rm(folder, { recursive: true });
});

/** As in the image: no package is beside the file, nothing can be written or executed, and there is no home. */
async function start(port: number): Promise<Program> {
  const { TMPDIR, NODE_PATH, ...env } = podEnvironment(server);
  const node = ['--permission', '--allow-fs-read=*', '--max-semi-space-size=4', `--require=${mount}`];
  const flags = [
    `--selector=${OWN_SYNCER_LABEL}=image`,
    `--listen=127.0.0.1:${port}`,
    `--prometheus-url=${prometheusUrl}`,
  ];
  const program = await Program.start({
    name: 'image',
    file: process.execPath,
    args: [...node, file, 'syncer', '--prometheus-sigv4-region=eu-west-1', ...flags],
    logFile: join(directory, 'image.log'),
    env: { ...env, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret', HOME: '/nonexistent' },
  });
  await program.until('readiness', async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok, 30_000);
  return program;
}

test('it is known by its service account', async () => {
  assert.match(await readFile(join(directory, 'image.log'), 'utf8'), /"source":"the service account of this pod"/);
});

test('an ElasticWeb is created, changed and deleted', async () => {
  await world.create('web', { totalQPS: 1_400, mtargetPort: 9090 }, labels);
  await world.ready('web');
  assert.equal((await world.deployment('web'))?.spec.replicas, 3);
  await world.until(SERVICE, 'web-metrics', () => true);

  await world.change('web', { totalQPS: 700, image: 'nginx:1.30' });
  await world.ready('web');
  const { replicas, template } = (await world.deployment('web'))?.spec ?? {};
  assert.equal(replicas, 2);
  assert.match(JSON.stringify(template), /"nginx:1\.30"/);

  await world.kubectl('delete', 'ew', 'web');
  await world.untilGone(DEPLOYMENT, 'web');
  await world.untilGone(SERVICE, 'web');
});

test('the load is asked for, with a signature for Amazon Managed Prometheus', async () => {
  await world.create('loaded', { autoscaling: { maxReplicas: 5 } }, labels);
  await eventually(() => queries.length > 0, { timeoutMs: 30_000, what: 'a query' });
  assert.match(queries[0]?.authorization ?? '', /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/aps\//);
});

test('its metrics are served', async () => {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.match(await response.text(), /^elasticweb_apply_total\{kind="Deployment",result="created"\} \d+$/m);
});

test('kubeconfigs are read, too: status shows what the syncer keeps', async () => {
  const args = [file, 'status', `--kubeconfig=${kubeconfig}`, '--context=admin', `--namespace=${world.namespace}`];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder });
  assert.match(stdout, /^loaded /m);
});

test('SIGTERM ends it with exit code 0, and nothing was written beside it', async () => {
  assert.equal(await endSyncer(syncer), 'code 0');
  assert.deepEqual(await readdir(folder), [BUNDLE]);
  assert.doesNotMatch(
    await readFile(join(directory, 'image.log'), 'utf8'),
    /ERR_ACCESS_DENIED|"level":"error"|Warning:/,
  );
});
