import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { Agent } from 'undici';
import { queryPrometheus } from '../traffic/query.ts';
import { eventually } from './eventually.ts';
import { temporaryDirectory } from './guard.ts';
import { startPrometheus } from './prometheus.ts';
import { useControlPlane } from './shared-control-plane.ts';

test('Prometheus scrapes the targets of a file and answers queries about them', async () => {
  await using owned = new AsyncDisposableStack();
  const { path } = owned.use(temporaryDirectory('elasticweb-test-'));
  const target = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end('answer 42\n');
  }).listen(0, '127.0.0.1');
  owned.defer(() => void target.close());
  await once(target, 'listening');
  const { port } = target.address() as AddressInfo;
  const file = join(path, 'targets.json');
  writeFileSync(file, JSON.stringify([{ targets: [`127.0.0.1:${port}`], labels: { service: 'web' } }]));

  const prometheus = owned.use(await startPrometheus({ targets: { file }, scrapeIntervalSeconds: 1 }));
  const query = new URL('api/v1/query?query=answer{service="web"}', prometheus.url);
  await eventually(
    async () => {
      const answer = (await (await fetch(query)).json()) as { data: { result: { value: [number, string] }[] } };
      assert.equal(answer.data.result[0]?.value[1], '42');
    },
    { timeoutMs: 20_000, what: 'the first scrape' },
  );

  await prometheus.stop();
  await assert.rejects(fetch(query));
});

/** The bcrypt hashes of `first-secret` and `second-secret`. */
const FIRST = '$2b$04$abcdefghijklmnopqrstuuFHWi62rx0siFKCgGc4qQcNHlho/vHyu';
const SECOND = '$2b$04$abcdefghijklmnopqrstuuiOHtG2xfjl1GKrpbw5FWFK3upo6oNIW';

test('Prometheus asks for a password when told to, from one request to the next for another', async () => {
  await using prometheus = await startPrometheus({ targets: [], scrapeIntervalSeconds: 1, users: { reader: FIRST } });
  const status = async (password?: string) => {
    const authorization = `Basic ${Buffer.from(`reader:${password ?? ''}`).toString('base64')}`;
    const headers = password === undefined ? undefined : { authorization };
    return (await fetch(new URL('api/v1/query?query=1', prometheus.url), { ...(headers && { headers }) })).status;
  };

  assert.deepEqual([await status(), await status('first-secret'), await status('second-secret')], [401, 200, 401]);
  prometheus.setUsers({ reader: SECOND });
  assert.deepEqual([await status('first-secret'), await status('second-secret')], [401, 200]);
});

test('Prometheus speaks HTTPS when given a certificate', async (t) => {
  const certificates = join(useControlPlane().directory, 'certificates');
  const [cert, key] = [join(certificates, 'apiserver.crt'), join(certificates, 'apiserver.key')];
  await using prometheus = await startPrometheus({ targets: [], scrapeIntervalSeconds: 1, tls: { cert, key } });
  const agent = new Agent({ connect: { ca: readFileSync(cert) } });
  t.after(() => agent.close());

  const answer = await agent.request({ origin: prometheus.url, path: '/api/v1/query?query=1', method: 'GET' });
  await answer.body.dump();
  assert.equal(answer.statusCode, 200);
  await assert.rejects(fetch(prometheus.url), /fetch failed/);
});

test('Prometheus that was killed starts on the same port, with its data or empty', async () => {
  await using prometheus = await startPrometheus({ targets: [], scrapeIntervalSeconds: 1, federate: [] });
  await using above = await startPrometheus({ targets: [], scrapeIntervalSeconds: 1, federate: [prometheus.url] });
  const federated = () => countOf(above.url, 'count(up{job="federation"} == 1)');
  await eventually(async () => (await federated()) === 1, { timeoutMs: 20_000, what: 'the one above to see it' });

  await prometheus.kill();
  await assert.rejects(fetch(prometheus.url));
  await eventually(async () => (await federated()) === undefined, { timeoutMs: 20_000, what: 'it to be missed' });
  await prometheus.start({ empty: false });
  await eventually(async () => (await federated()) === 1, { timeoutMs: 20_000, what: 'it to be seen again' });

  await above.kill();
  await above.start({ empty: false });
  assert.ok(
    ((await countOf(above.url, 'count_over_time(up{job="federation"}[1h])')) ?? 0) > 2,
    'what was before is there',
  );
  await above.kill();
  await above.start({ empty: true });
  assert.ok(((await countOf(above.url, 'count_over_time(up{job="federation"}[1h])')) ?? 0) < 2, 'nothing is left');
});

async function countOf(url: string, query: string): Promise<number | undefined> {
  return (await queryPrometheus(url, query))[0]?.value;
}
