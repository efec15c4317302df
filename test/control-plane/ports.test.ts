import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onFreePorts } from './ports.ts';
import { ProgramError } from './program.ts';

const taken = new ProgramError('etcd ended with code 1', 'listen tcp 127.0.0.1:2379: bind: address already in use');

test('a port that was taken in between is answered with other ports', async () => {
  const tried: (readonly number[])[] = [];
  const started = await onFreePorts(3, (ports) => {
    tried.push(ports);
    return tried.length === 1 ? Promise.reject(taken) : Promise.resolve('started');
  });
  assert.equal(started, 'started');
  assert.equal(new Set(tried.flat()).size, 6);
});

test('a machine on which no port stays free is an error after five tries', async () => {
  let tries = 0;
  const starting = onFreePorts(1, () => {
    tries += 1;
    return Promise.reject(taken);
  });
  await assert.rejects(starting, taken);
  assert.equal(tries, 5);
});

test('another failure is not tried again', async () => {
  let tries = 0;
  const broken = new ProgramError('etcd ended with code 1', 'unknown flag: --nonsense');
  const starting = onFreePorts(1, () => {
    tries += 1;
    return Promise.reject(broken);
  });
  await assert.rejects(starting, broken);
  assert.equal(tries, 1);
});
