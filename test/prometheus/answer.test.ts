import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAnswer, parseValue } from '../../src/prometheus/answer.ts';
import { body, series } from './targets.ts';
import { turnsDuring } from './turns.ts';

const flaws = [
  { name: 'a page', text: '<html>ok</html>', reason: 'InvalidAnswer', what: /something else than JSON/ },
  { name: 'nothing', text: '', reason: 'InvalidAnswer', what: /something else than JSON/ },
  { name: 'half an answer', text: body([]).slice(0, -3), reason: 'InvalidAnswer', what: /something else than JSON/ },
  { name: 'null', text: 'null', reason: 'InvalidAnswer', what: /not an answer of Prometheus/ },
  { name: 'a list', text: '[]', reason: 'InvalidAnswer', what: /not an answer of Prometheus/ },
  { name: 'an empty object', text: '{}', reason: 'InvalidAnswer', what: /not an answer of Prometheus/ },
  {
    name: 'an error',
    text: '{"status":"error","errorType":"x","error":"secret"}',
    reason: 'SourceFailed',
    what: /^an error$/,
  },
  { name: 'success without data', text: '{"status":"success"}', reason: 'InvalidAnswer', what: /not an answer/ },
  {
    name: 'a scalar',
    text: body([1, '1'], {}, 'scalar'),
    reason: 'InvalidAnswer',
    what: /a scalar instead of a vector/,
  },
  { name: 'a matrix', text: body([], {}, 'matrix'), reason: 'InvalidAnswer', what: /a matrix instead/ },
  { name: 'a string', text: body([1, 'x'], {}, 'string'), reason: 'InvalidAnswer', what: /a string instead/ },
  {
    name: 'a secret',
    text: body([], {}, 'secret'),
    reason: 'InvalidAnswer',
    what: /^a result of an unknown type instead/,
  },
  { name: 'a vector that is no list', text: body({}), reason: 'InvalidAnswer', what: /something else than series/ },
  { name: 'a vector of null', text: body([null]), reason: 'InvalidAnswer', what: /something else than series/ },
  {
    name: 'a series without labels',
    text: body([{ value: [1, '1'] }]),
    reason: 'InvalidAnswer',
    what: /something else/,
  },
] as const;

for (const { name, text, reason, what } of flaws) {
  test(`${name} is no vector`, async () => {
    const answer = await parseAnswer(text);
    assert.equal(answer.kind, 'flaw');
    assert.equal(answer.reason, reason);
    assert.match(answer.what, what);
    assert.doesNotMatch(answer.what, /secret/);
  });
}

test('a vector is read with its times in milliseconds, and with what its server warns of', async () => {
  const { metric } = series('web', 'stable', '1');
  const read = await parseAnswer(
    body([series('web', 'stable', '1.5', 1_700_000_000.25)], { infos: ['not a counter'] }),
  );
  assert.deepEqual(read, {
    kind: 'vector',
    partial: false,
    series: [{ labels: metric, timeMs: 1_700_000_000_250, value: '1.5' }],
  });
  assert.deepEqual(await parseAnswer(body([], { warnings: [] })), { kind: 'vector', partial: false, series: [] });
  assert.deepEqual(await parseAnswer(body([], { warnings: ['x'] })), { kind: 'vector', partial: true, series: [] });
});

for (const value of [undefined, null, 3, [], [1], ['now', '1'], [null, '1'], [1.8e306, '1'], [1, '1', 2]]) {
  test(`a series with the value ${JSON.stringify(value)} is kept, and lacks what is wrong`, async () => {
    const { metric } = series('web', 'stable', '1');
    const read = await parseAnswer(
      JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [{ metric, value }] } }),
    );
    assert.equal(read.kind, 'vector');
    const [one] = read.series;
    assert.ok(one?.timeMs === undefined || parseValue(one.value) === undefined);
  });
}

/** More than one part of it can hold. */
const many = Array.from({ length: 20_000 }, (_, n) => series(`web-${n}`, 'stable', String(n)));

test('a large answer is read in parts, with every series of it, and other work goes on in between', async () => {
  const { result: read, turns } = await turnsDuring(() => parseAnswer(body(many, { warnings: ['x'] })));
  assert.ok(turns >= 8, `${turns} turns`);
  assert.ok(read.kind === 'vector' && read.partial);
  const values = read.series.map(({ labels, value }) => `${String(labels.service)}=${String(value)}`);
  assert.deepEqual(values.sort(), many.map(({ metric, value }) => `${metric.service}=${String(value[1])}`).sort());
});

test('labels that look like the border of two series do not mislead', async () => {
  const names = ['},{"metric":{}', '"},{"metric":', '\\"},{"metric":', '{'];
  const hostile = names.map((name) => series(name, 'stable', '1'));
  const read = await parseAnswer(body([...many, ...hostile, ...many, ...hostile]));
  assert.ok(read.kind === 'vector');
  assert.equal(read.series.length, 2 * (many.length + hostile.length));
  const found = read.series.map(({ labels }) => String(labels.service));
  for (const name of names) assert.equal(found.filter((service) => service === name).length, 2);
});

test('a large answer in another form is read all the same', async () => {
  const turned = many.map(({ metric, value }) => ({ value, metric }));
  const spaced = JSON.stringify(JSON.parse(body(many)), null, 1);
  for (const text of [body(turned), spaced, body(many, { infos: [{}, { metric: 1 }, {}] })]) {
    const read = await parseAnswer(text);
    assert.equal(read.kind === 'vector' && read.series.length, many.length);
  }
});

for (const [name, text, what] of [
  ['is cut off', body(many).slice(0, -100), /something else than JSON/],
  ['is broken in the middle', body(many).replace('"web-9000"', 'web'), /something else than JSON/],
  ['holds something else in the middle', body(many.with(9_000, null as never)), /something else than series/],
  ['holds a series without labels', body(many.with(9_000, { metric: 1, value: [1, '1'] } as never)), /something else/],
] as const) {
  test(`a large answer that ${name} is refused`, async () => {
    const read = await parseAnswer(text);
    assert.ok(read.kind === 'flaw');
    assert.match(read.what, what);
  });
}

const numbers = [
  ['0', 0],
  ['-0', 0],
  ['100', 100],
  ['33.333333333333336', 33.333333333333336],
  ['1e+18', 1e18],
  ['1e-300', 1e-300],
  ['4.9E-324', 5e-324],
  ['1.7976931348623157e308', Number.MAX_VALUE],
] as const;

for (const [text, number] of numbers) {
  test(`"${text}" is a value`, () => assert.equal(Object.is(parseValue(text), number), true));
}

for (const wrong of [
  'NaN',
  '+Inf',
  '-Inf',
  'Inf',
  'Infinity',
  '-1',
  '-1e-300',
  '1e309',
  'abc',
  '',
  ' ',
  ' 1',
  '0x10',
  '1_0',
  '1,0',
  '.',
  null,
  1,
  true,
  {},
]) {
  test(`${JSON.stringify(wrong)} is no value`, () => assert.equal(parseValue(wrong), undefined));
}
