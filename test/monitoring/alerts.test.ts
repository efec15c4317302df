/** The alerts, as Prometheus itself judges them: promtool plays what happens, and says which fire, when, and with which words. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { alertsOf, groupsOf } from '../construct/monitoring/monitored.ts';
import { ensureBinaries } from '../control-plane/binaries.ts';
import { temporaryDirectory } from '../control-plane/guard.ts';
import { STORIES, type Story } from './alert-stories.ts';

const run = promisify(execFile);
const alerts = new Map(alertsOf().map((alert) => [alert.alert, alert]));

const owned = new AsyncDisposableStack();
const { path: directory } = owned.use(temporaryDirectory('elasticweb-alerts-'));
after(() => owned.disposeAsync());
writeFileSync(join(directory, 'rules.yml'), stringify({ groups: groupsOf() }));

/** Runs promtool; fails with all that it printed. */
async function promtool(...args: readonly string[]): Promise<string> {
  const { promtool: binary } = await ensureBinaries(['promtool']);
  try {
    return (await run(binary, args, { cwd: directory })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`promtool ${args.join(' ')}:\n${stdout}${stderr}`, { cause: error });
  }
}

describe('alerts', { concurrency: true }, () => {
  // Where it has to be built, that is no time of a test.
  before(() => ensureBinaries(['promtool']));

  test('promtool finds nothing to complain about', async () => {
    const told = await promtool('check', 'rules', '--lint=all', '--lint-fatal', 'rules.yml');
    assert.match(told, new RegExp(`SUCCESS: ${alerts.size} rules found`));
  });

  STORIES.forEach((story, index) => {
    const says = story.fires === undefined ? 'is silent' : 'fires';
    test(`${story.alert} ${says} ${story.when}`, async () => {
      const file = `story-${index}.yml`;
      writeFileSync(join(directory, file), stringify(testOf(story)));
      await promtool('test', 'rules', file);
    });
  });

  test('every alert has a story in which it fires, and one in which it does not', () => {
    const names = (fires: boolean) => {
      const told = STORIES.filter((story) => (story.fires !== undefined) === fires).map(({ alert }) => alert);
      return [...new Set(told)].sort();
    };
    const all = [...alerts.keys()].sort();
    assert.deepEqual(names(true), all);
    assert.deepEqual(names(false), all);
  });
});

/** The story as promtool reads it. */
function testOf({ alert, series, fires }: Story): object {
  const rule = alerts.get(alert);
  assert.ok(rule, `there is no alert ${alert}`);
  const firing = fires && {
    exp_labels: { ...fires.labels, ...rule.labels },
    exp_annotations: { ...rule.annotations, description: fires.description },
  };
  const silentAt = fires === undefined ? [1, 5, 10, 20, 40, 59] : [fires.fromMinute - 1];
  const at = (minute: number, expected: readonly object[]) => ({
    eval_time: `${minute}m`,
    alertname: alert,
    exp_alerts: expected,
  });
  return {
    rule_files: ['rules.yml'],
    evaluation_interval: '1m',
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        alert_rule_test: [
          ...silentAt.map((minute) => at(minute, [])),
          ...(fires && firing ? [at(fires.fromMinute, [firing])] : []),
        ],
      },
    ],
  };
}
