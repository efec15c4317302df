import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Counters } from './counters.ts';
import { ServedPod } from './served-pod.ts';
import { TokenBucket } from './token-bucket.ts';

const names = { namespace: 'shop', name: 'web-1', service: 'web', ip: '10.0.0.1' };

test('a series is there from its first request on, with the labels that Micrometer gives it', () => {
  const counters = new Counters();
  assert.doesNotMatch(counters.text(), /^http_server_requests_seconds_count/m);

  counters.count({ method: 'GET', uri: '/items/{id}', status: 200 }, 0.5);
  counters.count({ method: 'GET', uri: '/items/{id}', status: 200 }, 0.25);
  counters.count({ method: 'GET', uri: '/**', status: 404 }, 0.25);

  const lines = counters.text().split('\n');
  for (const line of [
    'http_server_requests_seconds_count{exception="None",method="GET",outcome="SUCCESS",status="200",uri="/items/{id}"} 2.0',
    'http_server_requests_seconds_sum{exception="None",method="GET",outcome="SUCCESS",status="200",uri="/items/{id}"} 0.750000000',
    'http_server_requests_seconds_count{exception="None",method="GET",outcome="CLIENT_ERROR",status="404",uri="/**"} 1.0',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test('scrapes and probes are counted as requests to the actuator, and only as such', () => {
  const pod = new ServedPod(names, undefined, 0);
  pod.scrape(1_000);
  const text = pod.scrape(31_000);

  assert.match(text, /_count\{[^}]*uri="\/actuator\/prometheus"\} 1\.0/);
  assert.match(
    text,
    /_count\{[^}]*uri="\/actuator\/health\/readiness"\} 4\.0/,
    'one when it became Ready, three in 30 s',
  );
  assert.equal(pod.counters.total, 0);
});

test('a pod that is full refuses, and counts what it served only', () => {
  const pod = new ServedPod(names, 13, 0);
  const seconds = 20;
  let served = 0;
  for (let ms = 0; ms < seconds * 1_000; ms += 10) if (pod.serve('GET', '/', ms) === 200) served += 1;

  assert.ok(served >= 13 * seconds - 1 && served <= 13 * seconds + 1, `${served} in ${seconds} s`);
  assert.equal(pod.counters.total, served);
});

test('after a pause, a pod serves a fifth of a second at once', () => {
  const bucket = new TokenBucket(50, 0);
  const atOnce = (nowMs: number) => Array.from({ length: 100 }, () => bucket.take(nowMs)).filter(Boolean).length;
  assert.equal(atOnce(60_000), 10);
  assert.equal(atOnce(60_020), 1);
});
