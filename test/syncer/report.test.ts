/** What is logged and told as an Event when scaling says something new. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '../../src/api/types.ts';
import type { Happening } from '../../src/kube/events.ts';
import { createLog } from '../../src/syncer/log.ts';
import { Report } from '../../src/syncer/report.ts';
import { web } from './objects.ts';

const active = (status: 'True' | 'False', reason: string): Condition => ({
  ...{ type: 'ScalingActive', status, reason },
  ...{ message: 'so it is', lastTransitionTime: '2026-01-02T03:04:05Z' },
});
const WELL = active('True', 'ValidMetricFound');
const AWAY = active('False', 'SourceUnreachable');
const NO_SERIES = active('False', 'NoSeries');

/** A report whose Events are seen. */
function reporting(record: (happening: Happening) => void): Report {
  return new Report({
    log: createLog({ level: 'error', format: 'json', write: () => undefined, now: () => new Date(0) }),
    events: { record },
    counts: { applied: () => undefined, panicked: () => undefined },
  });
}

test('an Event is one line that prints as it is, whatever the names in it', () => {
  const notes: string[] = [];
  const report = reporting(({ note }) => notes.push(note));
  const why = 'of "x\n\u001b[2J\u009b31m\u202e"';
  report.scaled(web(), { from: 1, to: 2, why, qps: undefined });
  report.state(web(), undefined, { ...active('False', 'NameConflict'), message: why });
  assert.deepEqual(notes, [
    'from 1 to 2 pods: of "x \\u001b[2J\\u009b31m\\u202e"',
    'of "x \\u001b[2J\\u009b31m\\u202e"',
  ]);
});

/** The levels of the lines and the types of the Events that a change gives. */
function toldOf(before: Condition | undefined, after: Condition) {
  const levels: unknown[] = [];
  const events: string[] = [];
  const write = (line: string) => void levels.push((JSON.parse(line) as Record<string, unknown>).level);
  const report = new Report({
    log: createLog({ level: 'debug', format: 'json', write, now: () => new Date(0) }),
    events: { record: ({ type, reason }: Happening) => void events.push(`${type} ${reason}`) },
    counts: { applied: () => undefined, panicked: () => undefined },
  });
  report.scaling(web(), before, after);
  return { levels, events };
}

const rows = [
  { name: 'a load that is not known any more', before: WELL, after: NO_SERIES, levels: ['warn'], events: ['Warning NoSeries'] }, // prettier-ignore
  { name: 'a load that is known again', before: NO_SERIES, after: WELL, levels: ['info'], events: ['Normal ValidMetricFound'] }, // prettier-ignore
  { name: 'Prometheus away', before: WELL, after: AWAY, levels: ['debug'], events: ['Warning SourceUnreachable'] },
  { name: 'Prometheus back', before: AWAY, after: WELL, levels: ['debug'], events: ['Normal ValidMetricFound'] },
  { name: 'Prometheus back without it', before: AWAY, after: NO_SERIES, levels: ['warn'], events: [] },
  { name: 'nothing new', before: AWAY, after: AWAY, levels: [], events: [] },
];

for (const { name, before, after, levels, events } of rows) {
  test(`what is told of one ElasticWeb: ${name}`, () => {
    assert.deepEqual(toldOf(before, after), { levels, events });
  });
}

test('a state that cannot be written is told as an Event, which is a warning where it is not what was asked for', () => {
  const told: string[] = [];
  const report = reporting(({ type, reason }) => told.push(`${type} ${reason}`));
  const ready = (status: 'True' | 'False', reason: string): Condition => ({ ...active(status, reason), type: 'Ready' });
  report.unsaid(web(), ready('False', 'InvalidSpec'), 'no');
  report.unsaid(web(), ready('False', 'Suspended'), 'no');
  report.unsaid(web(), ready('True', 'Suspended'), 'no');
  assert.deepEqual(told, ['Warning InvalidSpec', 'Normal Suspended']);
});
