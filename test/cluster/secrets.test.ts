/** What must stay secret, while everything that could tell it does: nothing that a user, a log collector or a neighbour on the node reads has it. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ELASTIC_WEB } from '../../src/syncer/kinds.ts';
import { runProcess } from '../cli/command.ts';
import { eventually } from '../control-plane/eventually.ts';
import { onFreePorts } from '../control-plane/ports.ts';
import { useControlPlane } from '../control-plane/shared-control-plane.ts';
import { type Asked, type Script, startStub } from '../prometheus/server.ts';
import { body, series } from '../prometheus/targets.ts';
import { endSyncer, OWN_SYNCER_LABEL, runSyncer } from './syncer-process.ts';
import { conditionOf, useWorld } from './world.ts';

const world = await useWorld();
const labels = { [OWN_SYNCER_LABEL]: 'secrets' };
const { kubeconfig, directory } = useControlPlane();

const TOKEN = 'secret-of-the-token-file';
const HEADER = 'secret-of-a-header';
const PARAMETER = 'secret-of-a-parameter';
const ENV = 'secret-of-an-environment-variable';
const NEW_ENV = 'secret-that-came-later';
const SERVER = 'secret-of-the-server';

const files = await mkdtemp(join(tmpdir(), 'elasticweb-secrets-'));
after(() => rm(files, { recursive: true, force: true }));
const tokenFile = join(files, 'token');
await writeFile(tokenFile, `${TOKEN}\n`);
const flags = [`--kubeconfig=${kubeconfig}`, '--context=syncer', `--selector=${OWN_SYNCER_LABEL}=secrets`];
/** Those that hold secrets come by the environment, where a Secret can put them, and others on the node cannot read them. */
const env = {
  ELASTICWEB_PROMETHEUS_HEADER: `X-Token=${HEADER}`,
  ELASTICWEB_PROMETHEUS_QUERY_PARAM: `key=${PARAMETER}`,
};

const stub = await startStub({ after }, (_, response) => void response.end(body([])));
const { syncer, metricsUrl } = await onFreePorts(1, async ([port = 0]) => {
  const more = [`--prometheus-url=${stub.url}`, `--prometheus-bearer-token-file=${tokenFile}`, '--interval=1'];
  const listen = `--listen=127.0.0.1:${port}`;
  const started = await runSyncer(directory, 'secrets', [...flags, ...more, listen], env);
  return { syncer: started, metricsUrl: `http://127.0.0.1:${port}/metrics` };
});
after(() => syncer.stop({ graceMs: 0 }));

/** All that was sent, and something of the server's own. */
const told = (asked: Asked) => JSON.stringify([asked.headers, asked.path, SERVER]);
const inHeaders = (asked: Asked, response: ServerResponse) =>
  response.setHeader('x-told', encodeURIComponent(told(asked)));

/** Servers that say again whatever they are told, each in another place. */
const parrots: readonly { where: string; script: Script }[] = [
  ...[400, 401, 403, 404, 422, 429, 500, 503].map((status) => ({
    where: `with ${status}`,
    script: ((asked, response) => {
      inHeaders(asked, response);
      response.writeHead(status, encodeURIComponent(told(asked))).end(told(asked));
    }) satisfies Script,
  })),
  {
    where: 'in a redirect',
    script: (asked, response) =>
      void response.writeHead(302, { location: `/${encodeURIComponent(told(asked))}` }).end(),
  },
  { where: 'in a page', script: (asked, response) => void response.end(`<html>${told(asked)}`) },
  {
    where: 'in an error',
    script: (asked, response) =>
      void response.end(JSON.stringify({ status: 'error', errorType: told(asked), error: told(asked) })),
  },
  {
    where: 'in warnings and labels',
    script: (asked, response) => {
      const { metric } = series('scaled', 'stable', '1');
      const one = { metric: { ...metric, namespace: world.namespace, told: told(asked) }, value: [0, told(asked)] };
      response.end(body([one], { warnings: [told(asked)], infos: [told(asked)] }));
    },
  },
  { where: 'as the type of a result', script: (asked, response) => void response.end(body([], {}, told(asked))) },
  {
    where: 'in something that is not HTTP',
    script: (asked, response) => void response.socket?.end(`${told(asked)}\r\n\r\n`),
  },
];

/** Everything that the syncer has let out so far, by where. */
async function everything(): Promise<Record<string, string>> {
  const process = (name: string) => readFile(`/proc/${syncer.pid}/${name}`, 'utf8');
  const status = async (...args: string[]) => {
    const command = ['status', ...args, `--kubeconfig=${kubeconfig}`, '--context=admin'];
    const { stdout, stderr } = await runProcess([...command, `--namespace=${world.namespace}`]);
    assert.ok(stdout.includes('scaled'), stdout + stderr);
    return stdout + stderr;
  };
  return {
    log: await readFile(syncer.logFile, 'utf8'),
    status: await world.kubectl('get', 'elasticwebs', '-o', 'jsonpath={range .items[*]}{.status}{end}'),
    events: await world.kubectl('get', 'events.events.k8s.io', '-o', 'json'),
    metrics: await (await fetch(metricsUrl)).text(),
    'command line': await process('cmdline'),
    title: await process('comm'),
    'the status command': await status(),
    'the status command as JSON': await status('-o', 'json'),
  };
}

/** The server's token for the API, too. */
const apiToken = /token: "?([\w.-]+)/.exec(await readFile(kubeconfig, 'utf8'))?.[1] ?? '';

const assertKept = async () => assertKeptIn(await everything());

function assertKeptIn(texts: Readonly<Record<string, string>>): void {
  const secrets = [TOKEN, HEADER, PARAMETER, ENV, NEW_ENV, SERVER, apiToken];
  for (const [where, text] of Object.entries(texts)) {
    assert.ok(text !== '', `${where} is empty`);
    for (const secret of secrets) {
      for (const form of [secret, Buffer.from(secret).toString('base64').slice(0, -4), encodeURIComponent(secret)])
        assert.ok(!text.includes(form), `${where} has ${form}`);
    }
  }
}

test('credentials for Prometheus are told to it alone, whatever it says of them', async () => {
  assert.ok(apiToken.length >= 16, 'the token for the API server was not found');
  await world.create('scaled', { autoscaling: { maxReplicas: 5 } }, labels);
  // One query of each tick has an answer, so there are no pauses that grow.
  await world.create('steady', { autoscaling: { maxReplicas: 5, metric: { name: 'steady_total' } } }, labels);
  await world.ready('scaled');
  for (const { where, script } of parrots) {
    const heard: Asked[] = [];
    stub.script = (asked, response) => {
      if (asked.query.includes('steady_total')) return void response.end(body([]));
      heard.push(asked);
      return script(asked, response);
    };
    await eventually(() => heard.length > 2, { timeoutMs: 60_000, what: `queries that are answered ${where}` });
    const { headers, path } = heard[0] ?? {};
    assert.deepEqual([headers?.authorization, headers?.['x-token']], [`Bearer ${TOKEN}`, HEADER]);
    assert.ok(path?.includes(PARAMETER), path);
    const { status } = await world.until(
      ELASTIC_WEB,
      'scaled',
      (web) => conditionOf(web, 'ScalingActive')?.status === 'False',
    );
    assertKeptIn({ [`the status of one whose load was answered ${where}`]: JSON.stringify(status) });
  }
  await assertKept();
});

test('what a container gets in its environment is told to it alone, also when it changes', async () => {
  await world.create('web', { totalQPS: 500, env: [{ name: 'API_KEY', value: ENV }] }, labels);
  await world.ready('web');
  await world.change('web', { env: [{ name: 'API_KEY', value: NEW_ENV }], args: [`--key=${NEW_ENV}`] });
  await world.ready('web');
  const deployment = JSON.stringify(await world.deployment('web'));
  assert.ok(deployment.includes(NEW_ENV));
  await eventually(
    async () => (await world.kubectl('get', 'events.events.k8s.io', '-o', 'json')).includes('env[API_KEY]'),
    {
      timeoutMs: 30_000,
      what: 'an Event about the change',
    },
  );
  await assertKept();
});

test('a file that is no token, and the end of the syncer, tell nothing', async () => {
  await writeFile(tokenFile, `${TOKEN}\r\nX-Injected: ${TOKEN}\n`);
  const asked = stub.asked.length;
  await eventually(async () => (await readFile(syncer.logFile, 'utf8')).includes('token'), {
    timeoutMs: 60_000,
    what: 'a line about the token file',
  });
  await assertKept();
  for (const { headers } of stub.asked.slice(asked)) assert.equal(headers['x-injected'], undefined);
  assert.equal(await endSyncer(syncer), 'code 0');
  const log = await readFile(syncer.logFile, 'utf8');
  for (const secret of [TOKEN, HEADER, PARAMETER, ENV, NEW_ENV, SERVER, apiToken]) assert.ok(!log.includes(secret));
});

test('credentials that are missing are told at the start, though nothing scales that would need them', async () => {
  const lone = flags.map((flag) => flag.replace('=secrets', '=nobody'));
  const missing = `--prometheus-bearer-token-file=${join(files, 'none')}`;
  const started = await runSyncer(directory, 'no-credentials', [
    ...lone,
    '--prometheus-url=http://127.0.0.1:1',
    missing,
  ]);
  try {
    await eventually(
      async () => {
        const log = await readFile(started.logFile, 'utf8');
        return /"Prometheus cannot be asked".*cannot read \S+\/none: ENOENT/.test(log);
      },
      { timeoutMs: 30_000, what: 'a line about the file' },
    );
  } finally {
    assert.equal(await endSyncer(started), 'code 0');
  }
});

for (const args of [
  ['--help'],
  ['help', 'syncer'],
  ['syncer', '--help'],
  ['syncer', '--no-such-flag=secret-flag'],
  ['status', '--help'],
]) {
  test(`elasticweb ${args.join(' ')} shows nothing of the environment`, async () => {
    const { stdout, stderr } = await runProcess(args, { env });
    assert.ok(stdout + stderr !== '');
    assert.doesNotMatch(stdout + stderr, /secret-(of|flag)/);
  });
}

for (const [name, value] of [
  ['ELASTICWEB_PROMETHEUS_HEADER', HEADER],
  ['ELASTICWEB_PROMETHEUS_HEADER', `Authorization: Bearer ${HEADER}==`],
  ['ELASTICWEB_PROMETHEUS_HEADER', `X-Token=${HEADER}\u0007`],
  ['ELASTICWEB_PROMETHEUS_QUERY_PARAM', PARAMETER],
  ['ELASTICWEB_PROMETHEUS_URL', `https://user:${PARAMETER}@prometheus`],
  ['ELASTICWEB_PROMETHEUS_URL', `https//user:${PARAMETER}@prometheus`],
  ['ELASTICWEB_PROMETHEUS_URL', `https://prometheus/?key=${PARAMETER}`],
] as const) {
  test(`${name} that is refused is not quoted: ${JSON.stringify(value)}`, async () => {
    const given = { ELASTICWEB_PROMETHEUS_URL: 'http://prometheus:9090', [name]: value };
    const { exitCode, stderr } = await runProcess(['syncer', ...flags], { env: given });
    assert.equal(exitCode, 2, stderr);
    assert.doesNotMatch(stderr, /secret-of/);
  });
}
