import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './eventually.ts';
import { temporaryDirectory } from './guard.ts';
import { startPrometheus } from './prometheus.ts';

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
