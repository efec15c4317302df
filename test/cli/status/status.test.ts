/** What `elasticweb status` says about an ElasticWeb, and how it is put on a line. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { rowOf, type StatusRow } from '../../../src/cli/status/row.ts';
import { Screen } from '../../../src/cli/status/screen.ts';
import { notesOn, tableLines } from '../../../src/cli/status/table.ts';
import type { ElasticWebResource } from '../../../src/syncer/kinds.ts';

const NOW_MS = Date.parse('2026-01-01T12:00:00Z');
const autoscaling = { minReplicas: 2, maxReplicas: 20 };

function condition(type: string, status: 'True' | 'False', reason: string) {
  return { type, status, reason, message: `${reason} it is`, lastTransitionTime: '2026-01-01T00:00:00Z' };
}

const serving = {
  observedGeneration: 3,
  replicas: 4,
  readyReplicas: 3,
  desiredReplicas: 5,
  realQPS: 1500,
  scaling: { observedMilliQPS: 2_300_500, observedTime: '2026-01-01T11:58:30Z', reason: 'DesiredWithinRange' },
  conditions: [condition('Ready', 'True', 'Available'), condition('ScalingActive', 'True', 'ValidMetricFound')],
};

function web(fields: { spec?: object; status?: object | undefined; metadata?: object } = {}): ElasticWebResource {
  return {
    apiVersion: 'elasticweb.example.com/v1',
    kind: 'ElasticWeb',
    metadata: { name: 'shop', namespace: 'blog', generation: 3, ...fields.metadata },
    spec: { image: 'nginx', port: 80, podPort: 80, singlePodQPS: 500, autoscaling, ...fields.spec },
    status: { ...serving, ...fields.status },
  };
}

const cellsOf = (row: StatusRow): string[] => {
  const [, line = ''] = tableLines([row], { nowMs: NOW_MS, width: Infinity });
  return line.split(/ {3,}/);
};

test('a row has load, capacity, pods, limits, reason, and when the load was measured', () => {
  assert.deepEqual(cellsOf(rowOf(web(), NOW_MS)), ['blog', 'shop', '2301', '1500', '3/5', '2-20', 'DesiredWithinRange', '1m30s ago']); // prettier-ignore
});

test('without autoscaling there are neither load nor limits', () => {
  const row = rowOf(web({ spec: { autoscaling: undefined }, status: { scaling: undefined, conditions: [] } }), NOW_MS);
  assert.deepEqual(cellsOf(row), ['blog', 'shop', '-', '1500', '3/5', '-', 'DeclaredLoad', '-']);
});

test('a load that was never measured has no time', () => {
  const scaling = { observedTime: '2026-01-01T11:58:30Z', reason: 'NoSeries' };
  assert.deepEqual(cellsOf(rowOf(web({ status: { scaling } }), NOW_MS)).at(-1), '-');
});

test('with mode Observe the reason says what mode Auto would do', () => {
  const row = rowOf(web({ status: { recommendedReplicas: 7 } }), NOW_MS);
  assert.equal(cellsOf(row)[6], 'DesiredWithinRange, Auto: 7');
});

suite('the reason is what matters most:', () => {
  const changed = (time: string) => ({
    generation: 4,
    managedFields: [
      { manager: 'kubectl', time },
      { manager: 'elasticweb-syncer', subresource: 'status', time: '2026-01-01T11:59:59Z' },
    ],
  });
  const rows: readonly { name: string; fields: Parameters<typeof web>[0]; reason: string }[] = [
    { name: 'never seen', fields: { status: { observedGeneration: -1, conditions: undefined } }, reason: 'NoSyncer' },
    { name: 'no status', fields: { status: { observedGeneration: undefined } }, reason: 'NoSyncer' },
    { name: 'changed a minute ago and not seen since', fields: { metadata: changed('2026-01-01T11:59:00Z') }, reason: 'SyncerAway' }, // prettier-ignore
    { name: 'changed just now', fields: { metadata: changed('2026-01-01T11:59:45Z') }, reason: 'DesiredWithinRange' },
    { name: 'being deleted', fields: { metadata: { deletionTimestamp: '2026-01-01T11:59:45Z' } }, reason: 'Deleting' },
    { name: 'suspended', fields: { spec: { suspend: true } }, reason: 'Suspended' },
    {
      name: 'stalled',
      fields: { spec: { suspend: true }, status: { conditions: [condition('Stalled', 'True', 'NameConflict'), condition('ScalingActive', 'False', 'NoSeries')] } }, // prettier-ignore
      reason: 'NameConflict',
    },
    ...['Forbidden', 'AdmissionDenied', 'QuotaExceeded', 'ReplicaFailure', 'Contended', 'ApplyFailed'].map(
      (reason) => ({
        name: `not ready: ${reason}`,
        fields: { status: { conditions: [condition('Ready', 'False', reason), condition('Reconciling', 'True', 'ProgressingWithRetry'), condition('ScalingActive', 'False', 'NoSeries')] } }, // prettier-ignore
        reason,
      }),
    ),
    {
      name: 'rolled out, or short of pods',
      fields: { status: { conditions: [condition('Ready', 'False', 'Progressing'), condition('ScalingActive', 'False', 'NoSeries')] } }, // prettier-ignore
      reason: 'Progressing',
    },
    {
      name: 'suspended before it was made',
      fields: { spec: { suspend: true }, status: { conditions: [condition('Ready', 'False', 'Suspended')] } },
      reason: 'Suspended',
    },
    {
      name: 'no load is known',
      fields: { status: { conditions: [condition('ScalingActive', 'False', 'NoSeries')] } },
      reason: 'NoSeries',
    },
    {
      name: 'limited',
      fields: { status: { conditions: [condition('ScalingLimited', 'True', 'TooManyReplicas')] } },
      reason: 'TooManyReplicas',
    },
    {
      name: 'not limited',
      fields: { status: { conditions: [condition('ScalingLimited', 'False', 'Whatever')] } },
      reason: 'DesiredWithinRange',
    },
  ];
  for (const { name, fields, reason } of rows) {
    test(name, () => assert.equal(rowOf(web(fields), NOW_MS).reason, reason));
  }
});

test('the condition that gives the reason gives the message', () => {
  const row = rowOf(web({ status: { conditions: [condition('ScalingActive', 'False', 'NoSeries')] } }), NOW_MS);
  assert.equal(row.message, 'NoSeries it is');
});

suite('an object of which a part is missing is shown with blanks:', () => {
  const whole = web() as unknown as Record<string, object>;
  const rows: readonly { name: string; object: object; cells: readonly string[] }[] = [
    { name: 'no spec', object: { ...whole, spec: undefined }, cells: ['blog', 'shop', '-', '1500', '3/5', '-', 'DesiredWithinRange', '-'] }, // prettier-ignore
    { name: 'null for spec and status', object: { ...whole, spec: null, status: null }, cells: ['blog', 'shop', '-', '-', '-', '-', 'NoSyncer', '-'] }, // prettier-ignore
    { name: 'nothing but a name', object: { metadata: { name: 'shop', namespace: 'blog' } }, cells: ['blog', 'shop', '-', '-', '-', '-', 'NoSyncer', '-'] }, // prettier-ignore
    { name: 'empty spec and status', object: { ...whole, spec: {}, status: {} }, cells: ['blog', 'shop', '-', '-', '-', '-', 'NoSyncer', '-'] }, // prettier-ignore
    { name: 'nulls inside', object: web({ spec: { autoscaling: null }, status: { realQPS: null, replicas: null, readyReplicas: null, desiredReplicas: null, recommendedReplicas: null, scaling: null, conditions: null } }), cells: ['blog', 'shop', '-', '-', '-', '-', 'DeclaredLoad', '-'] }, // prettier-ignore
    { name: 'limits and load', object: web({ spec: { autoscaling: {} }, status: { scaling: {} } }), cells: ['blog', 'shop', '-', '1500', '3/5', '-', 'DeclaredLoad', '-'] }, // prettier-ignore
    { name: 'a condition with a type alone', object: web({ status: { conditions: [{ type: 'Ready' }, { type: 'Stalled', status: 'True' }] } }), cells: ['blog', 'shop', '2301', '1500', '3/5', '2-20', 'Stalled=True', '1m30s ago'] }, // prettier-ignore
    { name: 'a condition that is null', object: web({ status: { conditions: [null] } }), cells: ['blog', 'shop', '2301', '1500', '3/5', '2-20', 'DesiredWithinRange', '1m30s ago'] }, // prettier-ignore
  ];
  for (const { name, object, cells } of rows) {
    test(name, () => assert.deepEqual(cellsOf(rowOf(object as ElasticWebResource, NOW_MS)), cells));
  }
});

suite('the table', () => {
  const row = rowOf(web(), NOW_MS);
  const long = { ...row, namespace: `namespace-${'x'.repeat(50)}-end`, name: `${'y'.repeat(58)}-last` };

  test('columns stand below each other', () => {
    const lines = tableLines([row, long], { nowMs: NOW_MS, width: Infinity });
    const column = (word: string) => lines[0]?.indexOf(word);
    assert.equal(lines[1]?.indexOf('DesiredWithinRange'), column('REASON'));
    assert.equal(lines[2]?.indexOf('DesiredWithinRange'), column('REASON'));
  });

  test('on a narrow terminal long names are cut in the middle, and numbers are not', () => {
    for (const width of [80, 100, 120]) {
      const lines = tableLines([row, long], { nowMs: NOW_MS, width });
      assert.ok(Math.max(...lines.map((line) => line.length)) <= width, lines.join('\n'));
      assert.match(lines[2] ?? '', /^name[a-z-]*…\S*end +yyy+…\S*last +2301 +1500 +3\/5 +2-20 +/);
    }
    assert.equal(tableLines([row], { nowMs: NOW_MS, width: 20, withNamespace: false })[1]?.split(/ {2,}/)[0], 'shop');
    const uncut = tableLines([long], { nowMs: NOW_MS, width: Infinity });
    assert.ok(uncut[1]?.includes(long.name));
  });

  test('whoever wrote the status does not steer the terminal', () => {
    const lines = tableLines([{ ...row, reason: 'a\u001b[2Jb\nc' }], { nowMs: NOW_MS, width: Infinity });
    assert.match(lines[1] ?? '', / a\\u001b\[2Jb\\u000ac /);
  });

  test('a time in the future is now, one that is none is unknown', () => {
    assert.equal(cellsOf({ ...row, measuredAt: '2026-01-01T12:00:09Z' }).at(-1), '0 ago');
    assert.equal(cellsOf({ ...row, measuredAt: 'soon' }).at(-1), '-');
  });

  test('notes say how many no syncer watches, and what to do', () => {
    const unseen = { ...row, reason: 'NoSyncer' };
    const [note, ...others] = notesOn([row, unseen, unseen]);
    assert.match(note ?? '', /^no syncer has looked at 2 ElasticWebs: .*kubectl -n elasticweb-system get pods$/);
    assert.deepEqual(others, []);
    assert.match(notesOn([{ ...row, reason: 'SyncerAway' }])[0] ?? '', /the last change of 1 ElasticWeb, .* away: /);
    assert.deepEqual(notesOn([row]), []);
  });
});

suite('on a terminal', () => {
  class Terminal {
    readonly isTTY = true;
    readonly columns = 80;
    readonly rows: number = 10;
    text = '';
    write(text: string): void {
      this.text += text;
    }
    /** The lines of the last drawing. */
    get lines(): string[] {
      const last = this.text.split('\u001b[H').at(-1) ?? '';
      return last.replaceAll('\u001b[K', '').replace('\u001b[J', '').split('\n').slice(0, -1);
    }
  }
  const rows = Array.from({ length: 30 }, (_, index) => ({ ...rowOf(web(), NOW_MS), name: `shop-${index}` }));

  test('no more is drawn than there is room for, and how much is missing is said', () => {
    const terminal = new Terminal();
    new Screen(terminal).rows(rows, { nowMs: NOW_MS, silentForMs: 0 });
    assert.equal(terminal.lines.length, 9);
    assert.equal(terminal.lines.at(-1), '... and 23 more; --namespace and --selector show fewer');
    assert.ok(terminal.lines.every((line) => line.length <= 80));
  });

  test('a terminal that says it has no lines is taken for a usual one, and of a low one all but one are used', () => {
    for (const [height, drawn] of [
      [0, 23],
      [1, 1],
      [2, 1],
      [3, 2],
    ] as const) {
      const terminal = Object.assign(new Terminal(), { rows: height });
      new Screen(terminal).rows(rows, { nowMs: NOW_MS, silentForMs: 0 });
      assert.equal(terminal.lines.length, drawn, `${height} lines`);
    }
  });

  test('nothing is drawn where nothing changed', () => {
    const terminal = new Terminal();
    const screen = new Screen(terminal);
    screen.rows(rows.slice(0, 2), { nowMs: NOW_MS, silentForMs: 0 });
    const { length } = terminal.text;
    screen.rows(rows.slice(0, 2), { nowMs: NOW_MS, silentForMs: 5 });
    assert.equal(terminal.text.length, length);
    screen.rows(rows.slice(0, 2), { nowMs: NOW_MS + 1000, silentForMs: 5 });
    assert.ok(terminal.text.length > length);
  });

  test('trouble with the API server is shown until it is heard of again', () => {
    let nowMs = 0;
    const terminal = new Terminal();
    const screen = new Screen(terminal, { monotonicMs: () => nowMs });
    nowMs = 10_000;
    screen.trouble('watch failed');
    nowMs = 20_000;
    screen.rows([], { nowMs: NOW_MS, silentForMs: 15_000 });
    assert.deepEqual(terminal.lines, ['no ElasticWebs', 'watch failed; tried again']);
    screen.rows([], { nowMs: NOW_MS, silentForMs: 5_000 });
    assert.deepEqual(terminal.lines, ['no ElasticWebs']);
  });
});
